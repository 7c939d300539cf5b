package app_test

import (
	"context"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// lostFactorFixture is a server on which ada has MFA, recovery codes and a notice address. Each test decides what she lost.
type lostFactorFixture struct {
	*apptest.Server
	t      *testing.T
	script *apptest.Client // signed in with two factors
	phone  *apptest.Phone
	codes  []string // recovery codes
}

func newLostFactorFixture(t *testing.T, settings ...string) *lostFactorFixture {
	t.Helper()
	h := apptest.StartWithMail(t, settings...)
	l := &lostFactorFixture{Server: h, t: t}
	l.script, l.phone, l.codes = h.NewUser(ada).WithTOTP().SessionAndCodes()
	l.script.ChangeAddress(apptest.PathNoticeEmail, secondAddress, JSON{"code": l.phone.Code()}).Require(202, "")
	h.ConfirmAddress(l.link(secondAddress, "confirm-address")).Require(200, "")
	h.Clock.Advance(apptest.CodePeriod)
	h.Deliver()
	return l
}

// link returns the token of the newest mailed link to a page, or nothing.
func (l *lostFactorFixture) link(to, page string) (token string) {
	l.t.Helper()
	for _, m := range l.Mails(to) {
		if link := m.Link("/" + page); link != "" {
			token = apptest.Token(link)
		}
	}
	return token
}

// request requests an MFA removal with a pending sign-in.
func (l *lostFactorFixture) request() apptest.Response {
	l.t.Helper()
	return l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": l.PendingSignIn(ada)})
}

// pass advances the clock by steps of an hour, with the mails and the removal worker of a running server.
func (l *lostFactorFixture) pass(d time.Duration) {
	l.t.Helper()
	for ; d > 0; d -= time.Hour {
		l.Clock.Advance(min(d, time.Hour))
		l.Deliver()
		l.tick()
	}
	l.Deliver()
}

// tick runs the removal worker once.
func (l *lostFactorFixture) tick() {
	l.t.Helper()
	if err := l.App.Removals.RunOnce(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

// subjects returns the subjects of the mails to an address after the first skip.
func (l *lostFactorFixture) subjects(to string, skip int) []string {
	l.t.Helper()
	var subjects []string
	for _, m := range l.Mails(to)[skip:] {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

// active reports whether a removal is in progress. It does not request one again, because that could begin a new one.
func (l *lostFactorFixture) active() bool {
	l.t.Helper()
	open, err := l.App.Removals.Store.Open(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	return len(open) > 0
}

// enabled reports whether MFA is enabled.
func (l *lostFactorFixture) enabled() bool {
	l.t.Helper()
	switch a := l.Script("").SignIn(ada, JSON{"deliver": "token"}); a.Status {
	case 201:
		return false
	case 202:
		return true
	default:
		l.t.Fatalf("signing in: %d %s", a.Status, a.Body)
		return false
	}
}

// resetPassword resets the password as an attacker with access to ada's mail would.
func (l *lostFactorFixture) resetPassword() {
	l.t.Helper()
	l.Clock.Advance(time.Second)
	l.RequestPasswordReset(ada)
	l.ResetPassword(l.link(ada, "reset-password"), apptest.NewPassword).Require(200, "")
}
