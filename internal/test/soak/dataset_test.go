package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

type JSON = apptest.JSON

// dataset is a server and its users.
type dataset struct {
	*apptest.Server
	t       *testing.T
	rand    *rand.Rand
	users   []*user
	unknown int // addresses without an account that were used so far
}

// user has an account, a script, a browser and, with MFA, a phone.
type user struct {
	email    string
	password string
	script   *apptest.Client
	browser  *apptest.Client
	phone    *apptest.Phone // nil without MFA
	changes  int            // number of changed passwords and addresses
}

// newDataset starts a server with n users, of whom three in four have MFA.
func newDataset(t *testing.T, n int, settings ...string) *dataset {
	t.Helper()
	w := &dataset{Server: apptest.StartWithMail(t, settings...), t: t, rand: rand.New(rand.NewPCG(1, 2))}
	for i := range n {
		p := &user{email: fmt.Sprintf("user-%d@example.com", i), password: apptest.Password}
		w.AddAccount(p.email)
		p.script, p.browser = w.Script("").InProcess(), w.Browser().InProcess()
		w.users = append(w.users, p)
		w.signIn(p)
		if i%4 != 0 {
			p.phone = p.script.Enroll()
		}
	}
	return w
}

// randomUser returns one of the users.
func (w *dataset) randomUser() *user { return w.users[w.rand.IntN(len(w.users))] }

// credentials returns the user's current credentials. The clock advances before every action, because a code works once.
func (p *user) credentials() JSON {
	if p.phone == nil {
		return JSON{"password": p.password}
	}
	return JSON{"password": p.password, "code": p.phone.Code()}
}

// signIn signs in the user's script. It reports false if the account is in backoff.
func (w *dataset) signIn(p *user) bool {
	a := w.Script("").InProcess().SignIn(p.email, p.credentials(), JSON{"deliver": "token"})
	if a.Status == 201 {
		p.script.Bearer = a.Text("session_token")
	}
	return a.Status == 201
}

// stepUp returns a step-up token, or an empty string if the account is in backoff.
func (w *dataset) stepUp(p *user, purpose string) string {
	if !w.signIn(p) {
		return ""
	}
	w.Clock.Advance(time.Minute)
	if a := p.script.StepUp(purpose, p.credentials()); a.Status == 201 {
		return a.Text("step_up_token")
	}
	return ""
}

// actions are what users do. An action that is listed several times is more frequent.
var actions = []func(*dataset, *user){
	signInOnBrowser, signInOnBrowser, signInOnNewBrowser, signInWithScript, abandonSignIn,
	enterWrongPasswords, enterWrongCode, stepUpOnly, beginEnrollment, replacePhone,
	resetPassword, changeNoticeAddress, requestRemoval, sendFreeRequests,
	tryUnknownAddress, tryUnknownAddress, tryUnknownAddress, tryUnknownAddress, tryUnknownAddress,
}

// act advances the clock by a random time of at least a minute, at most limit longer, and lets a random user perform a random
// action.
func (w *dataset) act(limit time.Duration) {
	w.Clock.Advance(time.Minute + time.Duration(w.rand.Int64N(int64(limit))))
	actions[w.rand.IntN(len(actions))](w, w.randomUser())
}

// runWorkers runs the server's workers once.
func (w *dataset) runWorkers() {
	w.t.Helper()
	for _, run := range []func(context.Context) error{
		w.App.Passwords.ProcessResets,
		func(ctx context.Context) error { _, err := w.App.Notices.Deliver(ctx); return err },
		w.App.Removals.RunOnce,
		func(ctx context.Context) error { _, err := w.App.Retention.Purge(ctx); return err },
	} {
		if err := run(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func signInOnBrowser(_ *dataset, p *user) { p.browser.SignIn(p.email, p.credentials()) }

func signInOnNewBrowser(w *dataset, p *user) {
	p.browser = w.Browser().InProcess()
	p.browser.SignIn(p.email, p.credentials())
}

func signInWithScript(w *dataset, p *user) {
	if w.signIn(p) && w.rand.IntN(2) == 0 {
		p.script.Do("DELETE", "/api/v1/sessions/current", nil)
	}
}

func abandonSignIn(_ *dataset, p *user) { p.browser.SignIn(p.email, JSON{"password": p.password}) }

func enterWrongPasswords(_ *dataset, p *user) {
	for range 3 {
		p.browser.SignIn(p.email, JSON{"password": "certainly not this one"})
	}
}

func enterWrongCode(_ *dataset, p *user) {
	if p.phone != nil {
		p.browser.SignIn(p.email, JSON{"password": p.password, "code": p.phone.Wrong()})
	}
}

func stepUpOnly(w *dataset, p *user) { w.stepUp(p, "account.password") }

func beginEnrollment(w *dataset, p *user) {
	if token := w.stepUp(p, "mfa.enroll"); token != "" {
		p.script.Do("POST", "/api/v1/mfa/totp/enrollments", nil, "Step-Up-Token", token)
	}
}

func replacePhone(w *dataset, p *user) {
	if p.phone == nil {
		return
	}
	token := w.stepUp(p, "mfa.enroll")
	if token == "" {
		return
	}
	a := p.script.Do("POST", "/api/v1/mfa/totp/enrollments", JSON{"replaces": p.phone.ID}, "Step-Up-Token", token).Require(201, "")
	if next := w.PhoneFrom(a); p.script.Confirm(next, next.Code()).Status == 201 {
		p.phone = next
	}
}

func resetPassword(w *dataset, p *user) {
	w.Script("").InProcess().Do("POST", "/api/v1/password-resets", JSON{"email": p.email})
	w.runWorkers()
	mails := w.Mailbox.To(p.email)
	if len(mails) == 0 || w.rand.IntN(2) == 0 {
		return
	}
	token := apptest.Token(mails[len(mails)-1].Link("reset-password"))
	if token == "" {
		return
	}
	p.changes++
	next := fmt.Sprintf("changed password number %d", p.changes)
	if w.Script("").InProcess().Do("POST", "/api/v1/password-resets/complete", JSON{"token": token, "new_password": next}).Status == 200 {
		p.password = next
	}
}

func changeNoticeAddress(w *dataset, p *user) {
	if token := w.stepUp(p, "account.email"); token != "" {
		p.changes++
		address := fmt.Sprintf("other-%d-%s", p.changes, p.email)
		p.script.Do("PUT", "/api/v1/account/notice-email", JSON{"email": address}, "Step-Up-Token", token)
	}
}

// requestRemoval requests a removal of MFA, which the next sign-in with a code cancels.
func requestRemoval(w *dataset, p *user) {
	a := w.Script("").InProcess().SignIn(p.email, JSON{"password": p.password, "deliver": "token"})
	if a.Status == 202 {
		w.Script("").InProcess().Do("POST", "/api/v1/mfa/removal", JSON{"sign_in_token": a.Text("sign_in_token")})
	}
}

// sendFreeRequests sends requests that need no credentials and still add activity entries.
func sendFreeRequests(w *dataset, p *user) {
	if !w.signIn(p) {
		return
	}
	for range 5 {
		p.script.Do("PATCH", "/api/v1/account", JSON{"display_name": "Restless"})
		p.script.Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", "not a token")
	}
}

// tryUnknownAddress signs in and requests a password reset at an address without an account, another one each time.
func tryUnknownAddress(w *dataset, _ *user) {
	w.unknown++
	email := fmt.Sprintf("unknown-%d@example.com", w.unknown)
	w.Script("").InProcess().SignIn(email, JSON{"password": "certainly not this one"})
	w.Script("").InProcess().Do("POST", "/api/v1/password-resets", JSON{"email": email})
}
