package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestPasswordReset_MailedLink(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	first, second := h.SignedIn(ada), h.SignedIn(ada)

	h.RequestPasswordReset("  ADA@Example.com ")
	mail := h.Queued("password_reset_link", ada)
	if !strings.HasPrefix(mail.Links["reset_password"], h.URL+"/reset-password#tf_l_") || mail.IP != "127.0.0.1" {
		t.Errorf("the mail links to %s and has the IP address %s", mail.Links["reset_password"], mail.IP)
	}
	token := mail.Token("reset_password")
	a := h.ResetPassword(token, apptest.NewPassword).Require(200, "")
	if ended, sent := a.Int("sessions_ended"), a.Int("notices_sent"); ended != 2 || sent != 1 {
		t.Errorf("the receipt has %d sessions and %d notices, want 2 and 1", ended, sent)
	}
	if set := a.SetCookies(); len(set) > 0 {
		t.Errorf("got cookies %v", set)
	}
	h.Queued("password_reset_done", ada)
	for _, c := range []*apptest.Client{first, second} {
		c.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.SignInWith(ada, apptest.NewPassword).Require(201, "")
	h.ResetPassword(token, "a lamp counts nine otters").Require(410, "link_expired")
	got := h.ActivityKinds(id)
	if slices.Index(got, "password.reset") < 0 || slices.Index(got, "password.reset_requested") < slices.Index(got, "password.reset") {
		t.Errorf("the activity is %v, want a reset after its request", got)
	}
	found, err := h.App.Accounts.ByID(context.Background(), id)
	if err != nil || !found.PasswordResetAt.Equal(h.Clock.Now()) || !found.PasswordChangedAt.Equal(h.Clock.Now()) {
		t.Errorf("reset at %v, changed at %v, %v, want %v", found.PasswordResetAt, found.PasswordChangedAt, err, h.Clock.Now())
	}
}

func TestPasswordReset_UnacceptablePasswordKeepsLink(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	token := h.PasswordResetToken(ada)
	for reason, pw := range map[string]string{
		"too_short": "short", "too_long": strings.Repeat("x", 129), "unchanged": apptest.Password, "context": ada,
	} {
		if got := h.ResetPassword(token, pw).Require(422, "password_unacceptable").Text("reason"); got != reason {
			t.Errorf("%q: rejected as %s, want %s", pw, got, reason)
		}
	}
	h.SignedIn(ada)
	h.ResetPassword(token, apptest.NewPassword).Require(200, "")
}

func TestPasswordReset_LinkCheckedFirst(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.ResetPassword("tf_l_nothing", "short").Require(410, "link_expired")
	token := h.PasswordResetToken(ada)
	h.Clock.Advance(30*time.Minute - time.Second)
	h.ResetPassword(token, "short").Require(422, "password_unacceptable")
	h.Clock.Advance(time.Second)
	h.ResetPassword(token, "short").Require(410, "link_expired")
	h.ResetPassword(token, apptest.NewPassword).Require(410, "link_expired")
	h.SignedIn(ada)
}

func TestPasswordReset_RevokesSignInsAndLinks(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	other := h.PasswordResetToken(ada)
	waiting := func() string {
		script.ChangeAddress(apptest.PathEmail, newAddress, JSON{"code": phone.Code()}).Require(202, "")
		return h.Queued("confirm_email", newAddress).Token("confirm_address")
	}()
	h.Clock.Advance(30 * time.Second)
	signIn := h.PendingSignIn(ada)
	token := h.PasswordResetToken(ada)
	for range 5 {
		h.SignInWith(ada, "certainly not this one")
	}
	apptest.WantWait(t, h.Script("").SignIn(ada), 30)

	h.ResetPassword(token, apptest.NewPassword).Require(200, "")
	h.CompleteSignIn(signIn, phone.Code()).Require(410, "sign_in_expired")
	h.ResetPassword(other, "a lamp counts nine otters").Require(410, "link_expired")
	h.ConfirmAddress(waiting).Require(410, "link_expired")
	h.SignInWith(ada, apptest.NewPassword).Require(202, "") // no backoff for failures at the old password
}

func TestPasswordReset_Concurrent(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	token := h.PasswordResetToken(ada)
	responses := apptest.Concurrently(12, func(int) apptest.Response { return h.ResetPassword(token, apptest.NewPassword) })
	var first, later int
	for _, a := range responses {
		switch a.Status {
		case 200:
			first++
		case 410, 422: // the link is consumed, or the password is unchanged
			later++
		}
	}
	if first != 1 || later != 11 {
		t.Errorf("got %v, want one 200", apptest.CountByOutcome(responses))
	}
	if got := h.QueuedKinds(); !slices.Equal(got, []string{ada + " password_reset_done", ada + " password_reset_link"}) {
		t.Errorf("queued: %v", got)
	}
}

func TestPasswordReset_MailLimit(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	count := func() (n int) {
		for _, l := range h.Outbox() {
			if l.Kind == "password_reset_link" && l.To == ada {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {20 * time.Minute, 2}, {20 * time.Minute, 3}, {0, 3}, {20*time.Minute - time.Second, 3}, {time.Second, 4}, {0, 4}, {20 * time.Minute, 5}} {
		h.Clock.Advance(c.pass)
		h.RequestPasswordReset(ada)
		if got := count(); got != c.want {
			t.Fatalf("%v: %d mails so far, want %d", h.Clock.Now(), got, c.want)
		}
	}
	h.RequestPasswordReset(bob)
	h.Queued("password_reset_link", bob)
}

func TestPasswordReset_AddressLimit(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t, "TWOFOLD_IP_FAILURE_LIMIT=4")
	h.AddAccount(ada)
	token := h.PasswordResetToken(ada)
	h.RequestPasswordReset(unknownEmail)
	h.ResetPassword("tf_l_nothing", apptest.NewPassword).Require(410, "")
	h.ConfirmAddress("tf_l_nothing").Require(410, "")

	a := h.Script("").Do("POST", apptest.PathPasswordResets, JSON{"email": unknownEmail}).Require(429, "too_many_requests")
	if wait := a.Header.Get("Retry-After"); wait != "900" {
		t.Errorf("Retry-After is %s, want 900", wait)
	}
	h.ResetPassword(token, apptest.NewPassword).Require(429, "too_many_requests")
	h.ConfirmAddress("tf_l_nothing").Require(429, "too_many_requests")
	h.Clock.Advance(15 * time.Minute)
	h.ResetPassword(token, apptest.NewPassword).Require(200, "")
}

func TestForcedReset_NoPasswordUntilLinkUsed(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	older := h.PasswordResetToken(ada)
	h.ForceReset(id)

	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	unknown := h.Script("").SignIn(unknownEmail).Require(401, "credentials_rejected")
	if a := h.Script("").SignIn(ada).Require(401, "credentials_rejected"); a.Comparable() != unknown.Comparable() {
		t.Errorf("the responses with and without a password differ:\n%s\n%s", a.Comparable(), unknown.Comparable())
	}
	h.SignInWith(ada, "x").Require(401, "credentials_rejected")
	h.ResetPassword(older, apptest.NewPassword).Require(410, "link_expired")
	h.ResetPassword(h.Queued("password_reset_forced", ada).Token("reset_password"), apptest.Password).Require(200, "")
	h.SignedIn(ada)
}

func TestPasswordReset_UnreadableRequest(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.RequestPasswordReset(bob)
	h.OpenDatabase(t).MustExec(t, `UPDATE reset_requests SET sealed = ?`, []byte{0})
	h.RequestPasswordReset(ada)
	if err := h.App.Passwords.ProcessResets(context.Background()); err == nil || !strings.Contains(err.Error(), "read reset request") {
		t.Errorf("got %v, want the request named", err)
	}
	h.Queued("password_reset_link", ada)
	var left int
	if err := h.OpenDatabase(t).QueryRow(`SELECT count(*) FROM reset_requests`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d requests are left, %v", left, err)
	}
}

func TestPasswordReset_MailUnavailable(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	responses := make(map[string]bool)
	for _, address := range []string{ada, unknownEmail} {
		responses[h.Script("").Do("POST", apptest.PathPasswordResets, JSON{"email": address}).Require(409, "mail_unavailable").Comparable()] = true
	}
	if len(responses) != 1 {
		t.Errorf("the responses differ: %v", responses)
	}
	token := script.StepUpToken("account.email")
	for _, path := range []string{apptest.PathEmail, apptest.PathNoticeEmail} {
		script.Do("PUT", path, JSON{"email": newAddress}, "Step-Up-Token", token).Require(409, "mail_unavailable")
	}
	if got := h.Outbox(); len(got) > 0 {
		t.Errorf("mail was enqueued: %+v", got)
	}
}
