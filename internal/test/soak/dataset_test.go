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

// dataset is a server, the people who have accounts there, and strangers.
type dataset struct {
	*apptest.Server
	t         *testing.T
	chance    *rand.Rand
	people    []*person
	strangers int
}

// person has an account, a script and a browser, and mostly a phone.
type person struct {
	email    string
	password string
	script   *apptest.Client
	browser  *apptest.Client
	phone    *apptest.Phone // nil without MFA
	changes  int
}

func found(t *testing.T, people int, settings ...string) *dataset {
	t.Helper()
	w := &dataset{Server: apptest.StartWithMail(t, settings...), t: t, chance: rand.New(rand.NewPCG(1, 2))}
	for i := range people {
		p := &person{email: fmt.Sprintf("person-%d@example.com", i), password: apptest.Password}
		w.AddAccount(p.email)
		p.script, p.browser = w.Script("").InProcess(), w.Browser().InProcess()
		w.people = append(w.people, p)
		w.signIn(p)
		if i%4 != 0 { // one in four does without MFA
			p.phone = p.script.Enroll()
		}
	}
	return w
}

// randomPerson returns one of the accounts.
func (w *dataset) randomPerson() *person { return w.people[w.chance.IntN(len(w.people))] }

// proofs are what the person presents now. A code works once: time passes before every deed.
func (p *person) proofs() JSON {
	if p.phone == nil {
		return JSON{"password": p.password}
	}
	return JSON{"password": p.password, "code": p.phone.Code()}
}

// signIn gives the person's script a session, unless they have to wait.
func (w *dataset) signIn(p *person) bool {
	a := w.Script("").InProcess().SignIn(p.email, p.proofs(), JSON{"deliver": "token"})
	if a.Status == 201 {
		p.script.Bearer = a.Text("session_token")
	}
	return a.Status == 201
}

// stepUp is a step-up token, empty where there is none to be had.
func (w *dataset) stepUp(p *person, purpose string) string {
	if !w.signIn(p) {
		return ""
	}
	w.Clock.Advance(time.Minute)
	if a := p.script.StepUp(purpose, p.proofs()); a.Status == 201 {
		return a.Text("step_up_token")
	}
	return ""
}

// deeds are what people do, about as often as each stands here.
var deeds = []func(*dataset, *person){
	signsInOnABrowser, signsInOnABrowser, signsInOnANewBrowser, signsInWithAScript, givesUpHalfway,
	mistypesThePassword, mistypesTheCode, stepsUpForNothing, beginsToEnroll, replacesThePhone,
	forgetsThePassword, wantsAnotherAddress, losesEverything, isRestless, strangersTry, strangersTry, strangersTry, strangersTry, strangersTry,
}

// live lets one of the people do something at some moment of the next while.
func (w *dataset) live(while time.Duration) {
	w.Clock.Advance(time.Minute + time.Duration(w.chance.Int64N(int64(while))))
	deeds[w.chance.IntN(len(deeds))](w, w.randomPerson())
}

// work is what the server does beside requests.
func (w *dataset) work() {
	w.t.Helper()
	for _, do := range []func(context.Context) error{
		w.App.Passwords.ProcessResets,
		func(ctx context.Context) error { _, err := w.App.Notices.Deliver(ctx); return err },
		w.App.Removals.RunOnce,
		func(ctx context.Context) error { _, err := w.App.Retention.Purge(ctx); return err },
	} {
		if err := do(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func signsInOnABrowser(_ *dataset, p *person) { p.browser.SignIn(p.email, p.proofs()) }

func signsInOnANewBrowser(w *dataset, p *person) {
	p.browser = w.Browser().InProcess()
	p.browser.SignIn(p.email, p.proofs())
}

func signsInWithAScript(w *dataset, p *person) {
	if w.signIn(p) && w.chance.IntN(2) == 0 {
		p.script.Do("DELETE", "/api/v1/sessions/current", nil)
	}
}

func givesUpHalfway(_ *dataset, p *person) { p.browser.SignIn(p.email, JSON{"password": p.password}) }

func mistypesThePassword(_ *dataset, p *person) {
	for range 3 {
		p.browser.SignIn(p.email, JSON{"password": "certainly not this one"})
	}
}

func mistypesTheCode(_ *dataset, p *person) {
	if p.phone != nil {
		p.browser.SignIn(p.email, JSON{"password": p.password, "code": p.phone.Wrong()})
	}
}

func stepsUpForNothing(w *dataset, p *person) { w.stepUp(p, "account.password") }

func beginsToEnroll(w *dataset, p *person) {
	if token := w.stepUp(p, "mfa.enroll"); token != "" {
		p.script.Do("POST", "/api/v1/mfa/totp/enrollments", nil, "Step-Up-Token", token)
	}
}

func replacesThePhone(w *dataset, p *person) {
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

func forgetsThePassword(w *dataset, p *person) {
	w.Script("").InProcess().Do("POST", "/api/v1/password-resets", JSON{"email": p.email})
	w.work()
	mails := w.Mailbox.To(p.email)
	if len(mails) == 0 || w.chance.IntN(2) == 0 {
		return
	}
	token := apptest.Token(mails[len(mails)-1].Link("reset-password"))
	if token == "" {
		return
	}
	p.changes++
	next := fmt.Sprintf("a passphrase of mine, number %d", p.changes)
	if w.Script("").InProcess().Do("POST", "/api/v1/password-resets/complete", JSON{"token": token, "new_password": next}).Status == 200 {
		p.password = next
	}
}

func wantsAnotherAddress(w *dataset, p *person) {
	if token := w.stepUp(p, "account.email"); token != "" {
		p.changes++
		address := fmt.Sprintf("other-%d-%s", p.changes, p.email)
		p.script.Do("PUT", "/api/v1/account/notice-email", JSON{"email": address}, "Step-Up-Token", token)
	}
}

// losesEverything asks for a removal of MFA, which ends with the next right code.
func losesEverything(w *dataset, p *person) {
	a := w.Script("").InProcess().SignIn(p.email, JSON{"password": p.password, "deliver": "token"})
	if a.Status == 202 {
		w.Script("").InProcess().Do("POST", "/api/v1/mfa/removal", JSON{"sign_in_token": a.Text("sign_in_token")})
	}
}

// isRestless does what costs nothing and is recorded all the same.
func isRestless(w *dataset, p *person) {
	if !w.signIn(p) {
		return
	}
	for range 5 {
		p.script.Do("PATCH", "/api/v1/account", JSON{"display_name": "Restless"})
		p.script.Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", "not a token")
	}
}

// strangersTry passwords at an address that has no account, each at another one, and have a link mailed there.
func strangersTry(w *dataset, _ *person) {
	w.strangers++
	email := fmt.Sprintf("stranger-%d@example.com", w.strangers)
	w.Script("").InProcess().SignIn(email, JSON{"password": "certainly not this one"})
	w.Script("").InProcess().Do("POST", "/api/v1/password-resets", JSON{"email": email})
}
