package app_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const (
	removal      = "/api/v1/mfa/removal"
	cancelByLink = removal + "/cancel-by-link"
	cancelByCode = removal + "/cancel-by-code"
	completeIt   = removal + "/complete"

	adasOther = "ada@example.org"
)

// lostFactorFixture is a house in which Ada has MFA, recovery codes and two addresses. The tests decide what she has lost.
type lostFactorFixture struct {
	*apptest.Server
	t      *testing.T
	script *apptest.Client // signed in with two factors
	phone  *apptest.Phone
	codes  []string // recovery codes
}

func loseAllFactors(t *testing.T, settings ...string) *lostFactorFixture {
	t.Helper()
	h := apptest.StartWithMail(t, settings...)
	h.AddAccount(ada)
	l := &lostFactorFixture{Server: h, t: t, script: h.SignedIn(ada)}
	l.phone = l.script.Begin()
	confirmed := l.script.Confirm(l.phone, l.phone.Code()).Require(201, "")
	codes, _ := confirmed.Value("recovery_codes").([]any)
	for _, code := range codes {
		text, _ := code.(string)
		l.codes = append(l.codes, text)
	}
	h.Clock.Advance(30 * time.Second)
	token := stepUp(l.script, "account.email", JSON{"code": l.phone.Code()})
	l.script.Do("PUT", "/api/v1/account/notice-email", JSON{"email": adasOther}, "Step-Up-Token", token).Require(202, "")
	l.script.Do("POST", "/api/v1/account/address-confirmations", JSON{"token": l.link(adasOther, "confirm-address")}).Require(200, "")
	h.Clock.Advance(30 * time.Second)
	h.Deliver()
	return l
}

var linkIn = regexp.MustCompile(`/([a-z-]+)#(tf_l_[\w-]+)`)

// link is the token of the newest mailed link that leads to a page; empty where none does.
func (l *lostFactorFixture) link(to, page string) string {
	l.t.Helper()
	token := ""
	for _, m := range l.Mails(to) {
		for _, found := range linkIn.FindAllStringSubmatch(m.Text, -1) {
			if found[1] == page {
				token = found[2]
			}
		}
	}
	return token
}

// ask asks for a removal after signing in as far as the code.
func (l *lostFactorFixture) ask() apptest.Response {
	l.t.Helper()
	return l.Script("").Do("POST", removal, JSON{"sign_in_token": pendingSignIn(l.Server, ada)})
}

// pass lets time pass as a server that runs sees it.
func (l *lostFactorFixture) pass(d time.Duration) {
	l.t.Helper()
	for ; d > 0; d -= time.Hour {
		l.Clock.Advance(min(d, time.Hour))
		l.Deliver()
		l.tick()
	}
	l.Deliver()
}

func (l *lostFactorFixture) tick() {
	l.t.Helper()
	if err := l.App.Removals.RunOnce(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

// subjects are those of the mails to an address after the first skip.
func (l *lostFactorFixture) subjects(to string, skip int) []string {
	l.t.Helper()
	var subjects []string
	for _, m := range l.Mails(to)[skip:] {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

// underWay says whether a removal is: asking again answers it, and a new one would be paused or begin anew.
func (l *lostFactorFixture) underWay() bool {
	l.t.Helper()
	open, err := l.App.Removals.Store.Open(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	return len(open) > 0
}

// on says whether MFA is.
func (l *lostFactorFixture) on() bool {
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
