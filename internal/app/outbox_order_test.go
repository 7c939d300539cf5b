package app_test

import (
	"testing"
	"time"

	"twofold/internal/notify"
	"twofold/internal/test/apptest"
)

// deliveredTo returns the recipients of the mails that a delivery sends, in order.
func deliveredTo(h *apptest.Server) (recipients []string) {
	h.T.Helper()
	before := len(h.Mailbox.All())
	h.Deliver()
	for _, m := range h.Mailbox.All()[before:] {
		recipients = append(recipients, m.To...)
	}
	return recipients
}

func TestMailDelivery_AccountsInTurn(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	a, b := h.AddAccount(ada), h.AddAccount(bob)
	for range 20 {
		h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: b})
		h.Clock.Advance(time.Millisecond)
	}
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: a})
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: a})
	got := deliveredTo(h)
	if len(got) != 22 || got[0] != bob || got[1] != ada || got[2] != bob || got[3] != ada {
		t.Errorf("sent to %v, want the accounts in turn", got)
	}
}

func TestMailDelivery_LinksBeforeNewDevices(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_NEW_DEVICE_MAILS=100")
	a, b := h.AddAccount(ada), h.AddAccount(bob)
	h.Enqueue(notify.Notice{Kind: notify.NewDevice, AccountID: b})
	h.Enqueue(notify.Notice{Kind: notify.MFARequiredSoon, AccountID: b, Until: h.Clock.Now().Add(day)})
	h.Clock.Advance(time.Second)
	h.Enqueue(notify.Notice{Kind: notify.PasswordResetLink, AccountID: a, Until: h.Clock.Now().Add(time.Hour)})
	if got := deliveredTo(h); len(got) != 3 || got[0] != ada {
		t.Errorf("sent to %v, want the link first", got)
	}
}

// A link that is requested while many messages are sent does not wait for all of them.
func TestMailDelivery_LinkDuringDelivery(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	a, b := h.AddAccount(ada), h.AddAccount(bob)
	for range 5 {
		h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: b})
	}
	first := true
	h.Mailbox.OnDelivery(func(apptest.Mail) {
		if first {
			first = false
			h.Clock.Advance(time.Second)
			h.Enqueue(notify.Notice{Kind: notify.PasswordResetLink, AccountID: a, Until: h.Clock.Now().Add(time.Hour)})
		}
	})
	if got := deliveredTo(h); len(got) != 6 || got[1] != ada {
		t.Errorf("sent to %v, want the link second", got)
	}
}

// A message that cannot be sent keeps no place before those that can.
func TestMailDelivery_RetryMovesBack(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	db := h.OpenDatabase(t)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: h.AccountID(ada)})
	h.Mailbox.Reject(450)
	h.Deliver()
	var early int
	if err := db.QueryRow(`SELECT count(*) FROM outbox WHERE send_order < next_try`).Scan(&early); err != nil || early != 0 {
		t.Errorf("%d messages have a place before their next try, %v", early, err)
	}
}

func TestNewDeviceNotice_LimitPerAccount(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	signIns := func(email string, times int) {
		for range times {
			h.Browser().SignIn(email).Require(201, "")
		}
		h.Deliver()
	}
	notices := func(email string) (n int) {
		for _, m := range h.Mailbox.To(email) {
			if m.Subject == apptest.SubjectNewDevice {
				n++
			}
		}
		return n
	}
	signIns(ada, 12) // the first one sends no notice
	signIns(bob, 2)
	if a, b := notices(ada), notices(bob); a != 5 || b != 1 {
		t.Errorf("%d and %d notices, want 5 and 1", a, b)
	}
	h.Clock.Advance(time.Hour)
	signIns(ada, 1)
	if a := notices(ada); a != 6 {
		t.Errorf("%d notices an hour later, want one more", a)
	}
}
