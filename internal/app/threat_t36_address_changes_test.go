package app_test

import (
	"slices"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// An attacker who changed the address twice has a link that undoes the second change. Undoing the first revokes it.
func TestT36_Dispute_AddressChangedTwice(t *testing.T) {
	t.Parallel()
	for path, kind := range map[string]string{apptest.PathEmail: "email_changed", apptest.PathNoticeEmail: "notice_email_changed"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartWithOutbox(t)
			h.AddAccount(ada)
			attacker := h.SignedIn(ada)
			h.Clock.Advance(time.Minute)
			attacker.MoveAddress(path, "attacker@one.example")
			adas := h.Queued(kind, ada).Token("not_me")
			h.Clock.Advance(time.Minute)
			attacker.MoveAddress(path, "attacker@two.example")
			theirs := h.Queued(kind, "attacker@one.example").Token("not_me")
			h.Clock.Advance(time.Minute)

			h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": adas}).Require(200, "")
			forced := h.Queued("password_reset_forced", ada).Token("reset_password")
			h.ResetPassword(forced, apptest.NewPassword).Require(200, "")

			if path == apptest.PathEmail { // a notice address gets no such link
				h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": theirs}).Require(410, "link_expired")
			}
			a := h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token")).Do("GET", apptest.PathAccount, nil).Require(200, "")
			if a.Value("notice_email") != nil {
				t.Errorf("the second address is %v", a.Value("notice_email"))
			}
		})
	}
}

// Every copy of a notice has its own link. Using one revokes the others.
func TestT36_Dispute_OncePerChange(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.MoveAddress(apptest.PathNoticeEmail, secondAddress)
	h.Browser().SignIn(ada).Require(201, "")
	mine, copied := h.Queued("new_device", ada).Token("not_me"), h.Queued("new_device", secondAddress).Token("not_me")
	h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": mine}).Require(200, "")
	h.ResetPassword(h.Queued("password_reset_forced", ada).Token("reset_password"), apptest.NewPassword).Require(200, "")
	h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": copied}).Require(410, "link_expired")
	h.SignInWith(ada, apptest.NewPassword).Require(201, "")
}

// A pending address that was requested with the password alone is cancelled when MFA is enabled.
func TestT25_MethodRemoval_PendingAddressForgotten(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	attacker, owner := h.SignedIn(ada), h.SignedIn(ada)
	waiting := attacker.AddressToken(apptest.PathEmail, "attacker@example.com")
	owner.Enroll()
	h.ConfirmAddress(waiting).Require(410, "link_expired")
	owner.Do("DELETE", apptest.PathPendingAddress, nil).Require(404, "not_found")
}

// The address that the undo removes is notified, and so is the notice address, because an attacker may have used the link.
// These notices have no dispute link, and the one to the removed address has no IP address.
func TestT36_Dispute_LostAddressNotified(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.MoveAddress(apptest.PathNoticeEmail, secondAddress)
	script.MoveAddress(apptest.PathEmail, newAddress)
	h.Dispute("email_changed", ada).Require(200, "")
	for to, where := range map[string]string{newAddress: "", secondAddress: "127.0.0.1"} {
		l := h.Queued("password_taken", to)
		if len(l.Links) > 0 || l.IP != where {
			t.Errorf("%s gets the IP address %q and the links %v; want %q and no link", to, l.IP, l.Links, where)
		}
	}
	if slices.Contains(h.QueuedKinds(), ada+" password_taken") {
		t.Error("the address with the link gets the notice twice")
	}
}

// The restored address may have become the notice address meanwhile. The undo removes it there.
func TestT36_Dispute_RestoredAddressNotSecond(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.MoveAddress(apptest.PathEmail, newAddress)
	script.MoveAddress(apptest.PathNoticeEmail, ada)
	h.Dispute("email_changed", ada).Require(200, "")
	h.ResetPassword(h.Queued("password_reset_forced", ada).Token("reset_password"), apptest.NewPassword).Require(200, "")
	a := h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token")).Do("GET", apptest.PathAccount, nil).Require(200, "")
	if a.Value("email") != ada || a.Value("notice_email") != nil {
		t.Errorf("got %s", a.Body)
	}
}
