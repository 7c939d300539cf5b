package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestAForgottenPasswordIsSetByTheMailedLink(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	first, second := h.SignedIn(ada), h.SignedIn(ada)

	askReset(h, "  ADA@Example.com ")
	mail := mailed(t, h, "password_reset_link", ada)
	if !strings.HasPrefix(mail.Links["reset_password"], h.URL+"/reset-password#tf_l_") || mail.IP != "127.0.0.1" {
		t.Errorf("the mail leads to %s and says that %s asked", mail.Links["reset_password"], mail.IP)
	}
	token := mail.token("reset_password")
	a := reset(h, token, extraSession).Require(200, "")
	if ended, sent := a.Int("sessions_ended"), a.Int("notices_sent"); ended != 2 || sent != 1 {
		t.Errorf("the receipt says %d sessions and %d notices, want 2 and 1", ended, sent)
	}
	if set := a.SetCookies(); len(set) > 0 {
		t.Errorf("it sets %v", set)
	}
	mailed(t, h, "password_reset_done", ada)
	for _, c := range []*apptest.Client{first, second} {
		c.Do("GET", current, nil).Require(401, "session_required")
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	withPassword(h, ada, extraSession).Require(201, "")
	reset(h, token, "a lamp counts nine otters").Require(410, "link_expired")
	got := kinds(t, h, id)
	if slices.Index(got, "password.reset") < 0 || slices.Index(got, "password.reset_requested") < slices.Index(got, "password.reset") {
		t.Errorf("the activity is %v, want a reset after its request", got)
	}
	found, err := h.App.Accounts.ByID(context.Background(), id)
	if err != nil || !found.PasswordResetAt.Equal(h.Clock.Now()) || !found.PasswordChangedAt.Equal(h.Clock.Now()) {
		t.Errorf("it was reset at %v and changed at %v, %v, want %v", found.PasswordResetAt, found.PasswordChangedAt, err, h.Clock.Now())
	}
}

func TestAPasswordThatIsRefusedLeavesTheLinkAlive(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	token := resetToken(t, h, ada)
	for reason, pw := range map[string]string{
		"too_short": "short", "too_long": strings.Repeat("x", 129), "unchanged": apptest.Password, "context": ada,
	} {
		if got := reset(h, token, pw).Require(422, "password_unacceptable").Text("reason"); got != reason {
			t.Errorf("%q is refused as %s, want %s", pw, got, reason)
		}
	}
	h.SignedIn(ada)
	reset(h, token, extraSession).Require(200, "")
}

func TestALinkIsLookedAtBeforeThePassword(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	reset(h, "tf_l_nothing", "short").Require(410, "link_expired")
	token := resetToken(t, h, ada)
	h.Clock.Advance(30*time.Minute - time.Second)
	reset(h, token, "short").Require(422, "password_unacceptable")
	h.Clock.Advance(time.Second)
	reset(h, token, "short").Require(410, "link_expired")
	reset(h, token, extraSession).Require(410, "link_expired")
	h.SignedIn(ada)
}

func TestAResetEndsWhatTheOldPasswordOpened(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	script, phone := withMFA(h, ada)
	other := resetToken(t, h, ada)
	waiting := func() string {
		changeTo(script, email, newAddress, JSON{"code": phone.Code()}).Require(202, "")
		return mailed(t, h, "confirm_email", newAddress).token("confirm_address")
	}()
	h.Clock.Advance(30 * time.Second)
	signIn := pendingSignIn(h, ada)
	token := resetToken(t, h, ada)
	for range 5 {
		withPassword(h, ada, "certainly not this one")
	}
	wantWait(t, h.Script("").SignIn(ada), 30)

	reset(h, token, extraSession).Require(200, "")
	completeSignIn(h, signIn, phone.Code()).Require(410, "sign_in_expired")
	reset(h, other, "a lamp counts nine otters").Require(410, "link_expired")
	confirm(h, waiting).Require(410, "link_expired")
	withPassword(h, ada, extraSession).Require(202, "") // nobody waits for wrong guesses at a password that is gone
}

func TestManyResetsAtOnceAreOne(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := withMail(t)
	h.AddAccount(ada)
	token := resetToken(t, h, ada)
	answers := apptest.Concurrently(12, func(int) apptest.Response { return reset(h, token, extraSession) })
	var first, later int
	for _, a := range answers {
		switch a.Status {
		case 200:
			first++
		case 410, 422: // too late, or so late that the password is the account's already
			later++
		}
	}
	if first != 1 || later != 11 {
		t.Errorf("got %v, want one 200", apptest.CountByOutcome(answers))
	}
	if got := told(t, h); !slices.Equal(got, []string{ada + " password_reset_done", ada + " password_reset_link"}) {
		t.Errorf("told: %v", got)
	}
}

func TestAnAccountIsMailedThreeLinksAnHour(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	count := func() (n int) {
		for _, l := range letters(t, h) {
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
		askReset(h, ada)
		if got := count(); got != c.want {
			t.Fatalf("%v: %d mails so far, want %d", h.Clock.Now(), got, c.want)
		}
	}
	askReset(h, bob)
	mailed(t, h, "password_reset_link", bob)
}

func TestAskingAndDeadLinksCountForTheNetworkAddress(t *testing.T) {
	t.Parallel()
	h := withMail(t, "TWOFOLD_IP_FAILURE_LIMIT=4")
	h.AddAccount(ada)
	token := resetToken(t, h, ada)
	askReset(h, nobody)
	reset(h, "tf_l_nothing", extraSession).Require(410, "")
	confirm(h, "tf_l_nothing").Require(410, "")

	a := h.Script("").Do("POST", resets, JSON{"email": nobody}).Require(429, "too_many_requests")
	if wait := a.Header.Get("Retry-After"); wait != "900" {
		t.Errorf("Retry-After is %s, want 900", wait)
	}
	reset(h, token, extraSession).Require(429, "too_many_requests")
	confirm(h, "tf_l_nothing").Require(429, "too_many_requests")
	h.Clock.Advance(15 * time.Minute)
	reset(h, token, extraSession).Require(200, "")
}

func TestAForcedResetLeavesNoPasswordUntilTheLinkIsFollowed(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	older := resetToken(t, h, ada)
	force(t, h, id)

	script.Do("GET", current, nil).Require(401, "session_required")
	unknown := h.Script("").SignIn(nobody).Require(401, "credentials_rejected")
	if a := h.Script("").SignIn(ada).Require(401, "credentials_rejected"); seen(a) != seen(unknown) {
		t.Errorf("without a password the answer is another:\n%s\n%s", seen(a), seen(unknown))
	}
	withPassword(h, ada, "x").Require(401, "credentials_rejected")
	reset(h, older, extraSession).Require(410, "link_expired")
	reset(h, mailed(t, h, "password_reset_forced", ada).token("reset_password"), apptest.Password).Require(200, "")
	h.SignedIn(ada)
}

func TestARequestThatCannotBeReadStopsNoOther(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	askReset(h, bob)
	execute(t, database(t, h), `UPDATE reset_requests SET sealed = ?`, []byte{0})
	askReset(h, ada)
	if err := h.App.Passwords.ProcessResets(context.Background()); err == nil || !strings.Contains(err.Error(), "read reset request") {
		t.Errorf("got %v, want it named", err)
	}
	mailed(t, h, "password_reset_link", ada)
	var left int
	if err := database(t, h).QueryRow(`SELECT count(*) FROM reset_requests`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d requests are left, %v", left, err)
	}
}

func TestWithoutMailNobodyIsPromisedAny(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	answers := make(map[string]bool)
	for _, address := range []string{ada, nobody} {
		answers[seen(h.Script("").Do("POST", resets, JSON{"email": address}).Require(409, "mail_unavailable"))] = true
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	token := stepUp(script, "account.email")
	for _, path := range []string{email, noticeEmail} {
		script.Do("PUT", path, JSON{"email": newAddress}, "Step-Up-Token", token).Require(409, "mail_unavailable")
	}
	if got := letters(t, h); len(got) > 0 {
		t.Errorf("there is mail: %+v", got)
	}
}
