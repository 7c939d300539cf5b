package cluster_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const newPassword = "nine otters counted the lamps"

// person is three people who live through one round: a novice who enrolls, a veteran with a phone and recovery codes, and
// a user that changes a password. Their credentials were prepared before.
type person struct {
	novice, veteran, changer *apptest.Client // by their sessions
	other                    *apptest.Client // another session of who changes
	toEnroll, toChange       string          // step-up tokens
	halves                   []string        // of the veteran's sign-ins
	phone                    *apptest.Phone  // of the veteran, by the clock of today
	codes                    []string
	email                    string // of who changes

	// What became of what they did in the round.
	begun, confirmed, signedIn, recovered, changed apptest.Response
	enrolls                                        *apptest.Phone
	confirms, signsIn                              string // codes
}

// prepared are people for n rounds, whose passwords cost nearly nothing to look at.
func prepared(t *testing.T, dir, database string, n int) []person {
	t.Helper()
	clock := apptest.NewClock() // two minutes ago: the codes of now are free
	clock.Advance(time.Since(clock.Now()) - 2*time.Minute)
	h := apptest.StartIn(t, dir, clock, append([]string{"TWOFOLD_DATABASE_URL=" + database}, lasting...)...)
	today := apptest.Remote(t, "", time.Now)
	people := make([]person, n)
	for i := range people {
		p := &people[i]
		named := func(who string) string {
			email := fmt.Sprintf("%s%d@example.com", who, i)
			h.AddAccount(email)
			return email
		}
		p.novice = h.SignedIn(named("novice"))
		p.toEnroll = stepUp(p.novice, "mfa.enroll")

		veteran := named("veteran")
		p.veteran = h.SignedIn(veteran)
		shown := begin(p.veteran, stepUp(p.veteran, "mfa.enroll")).Require(201, "")
		then := h.PhoneFrom(shown)
		p.phone = today.PhoneFrom(shown)
		p.codes = shownCodes(p.veteran.Confirm(then, then.Code()).Require(201, ""))
		for range 4 {
			p.halves = append(p.halves, half(h, veteran))
		}

		p.email = named("changer")
		p.other, p.changer = h.SignedIn(p.email), h.SignedIn(p.email)
		p.toChange = stepUp(p.changer, "account.password")
	}
	h.Stop()
	return people
}

func (p *person) enroll(h *apptest.Server) {
	novice := p.novice.OnServer(h)
	if p.begun = novice.DoAllowFailure("POST", enrollments, nil, "Step-Up-Token", p.toEnroll); p.begun.Status != 201 {
		return
	}
	p.enrolls = h.PhoneFrom(p.begun)
	p.confirms = p.enrolls.Code()
	p.confirmed = novice.DoAllowFailure("POST", enrollments+"/"+p.enrolls.ID+"/confirm", code(p.confirms))
}

func (p *person) useCode(h *apptest.Server) {
	p.signsIn = p.phone.Code()
	p.signedIn = h.Script("").DoAllowFailure("POST", complete, JSON{"sign_in_token": p.halves[0], "code": p.signsIn})
}

func (p *person) useRecoveryCode(h *apptest.Server) {
	p.recovered = h.Script("").DoAllowFailure("POST", complete, JSON{"sign_in_token": p.halves[1], "recovery_code": p.codes[0]})
}

func (p *person) changePassword(h *apptest.Server) {
	p.changed = p.changer.OnServer(h).DoAllowFailure("PUT", password, JSON{"new_password": newPassword}, "Step-Up-Token", p.toChange)
}

// interrupted reports whether a request got no response.
func (p *person) interrupted() bool {
	confirmed := p.confirmed.Status > 0
	return !confirmed || p.signedIn.Status == 0 || p.recovered.Status == 0 || p.changed.Status == 0
}

// wrong looks at what is left, and says what is not as it should be: what was answered is there, and what was not is whole
// or absent.
func (p *person) wrong(h *apptest.Server) (wrong []string) {
	for what, err := range map[string]error{
		"the enrollment": p.enrollment(h), "the codes": p.used(h), "the password": p.passwords(h),
	} {
		if err != nil {
			wrong = append(wrong, what+": "+err.Error())
		}
	}
	return wrong
}

func (p *person) enrollment(h *apptest.Server) error {
	novice := p.novice.OnServer(h)
	state := novice.Do("GET", "/api/v1/mfa", nil)
	if err := wants("the state", state, 200); err != nil {
		return err
	}
	methods, _ := state.Value("methods").([]any)
	switch codes, pending := state.Value("recovery_codes"), state.Value("pending_enrollment"); {
	case len(methods) == 1 && codes != nil && pending == nil && p.begun.Status == 201: // confirmed, whether or not that was answered
		return wants("the code again", novice.StepUp("mfa.remove", code(p.confirms)), 401, "code_used")
	case len(methods) > 0 || codes != nil || p.confirmed.Status == 201:
		return fmt.Errorf("it was answered with %d, and there is %s", p.confirmed.Status, state.Body)
	case pending != nil && p.begun.Status == 201:
		return wants("the code that did not confirm", novice.Confirm(p.enrolls, p.confirms), 201)
	case p.begun.Status == 201:
		return fmt.Errorf("what was begun is gone: %s", state.Body)
	case pending != nil: // begun, but the response was lost
		return wants("beginning with a token that is spent", begin(novice, p.toEnroll), 401, "step_up_required")
	}
	return wants("beginning once more", begin(novice, p.toEnroll), 201)
}

// used looks at what the codes bought: a code is used if and only if there is a session for it.
func (p *person) used(h *apptest.Server) error {
	list := p.veteran.OnServer(h).Do("GET", "/api/v1/sessions", nil)
	if err := wants("the sessions", list, 200); err != nil {
		return err
	}
	sessions, _ := list.Value("items").([]any)
	bought := 1 // the session that looks
	for _, proof := range []struct {
		what   string
		answer apptest.Response
		again  apptest.Response
	}{
		{"the code", p.signedIn, finish(h, p.halves[2], code(p.signsIn))},
		{"the recovery code", p.recovered, finish(h, p.halves[3], recoveryCode(p.codes[0]))},
	} {
		switch {
		case proof.again.Code() == "code_used":
			bought++
		case proof.again.Status != 201 || proof.answer.Status == 201:
			return fmt.Errorf("%s was answered with %d, and again with %d %s", proof.what, proof.answer.Status, proof.again.Status, proof.again.Code())
		}
		if proof.answer.Status == 201 {
			session := h.Script(proof.answer.Text("session_token")).Do("GET", current, nil)
			if err := wants("the session of "+proof.what, session, 200); err != nil {
				return err
			}
		}
	}
	if len(sessions) != bought {
		return fmt.Errorf("%d sessions, want %d", len(sessions), bought)
	}
	return nil
}

func (p *person) passwords(h *apptest.Server) error {
	other := p.other.OnServer(h).Do("GET", current, nil)
	if p.changed.Status != 200 && other.Status == 200 { // it did not happen, and may still
		return errors.Join(
			wants("the new password", h.Script("").SignIn(p.email, JSON{"password": newPassword}), 401, "credentials_rejected"),
			wants("changing it once more", p.changer.OnServer(h).Do("PUT", password, JSON{"new_password": newPassword}, "Step-Up-Token", p.toChange), 200),
		)
	}
	return errors.Join(
		wants("another session", other, 401, "session_required"),
		wants("the new password", h.Script("").SignIn(p.email, JSON{"password": newPassword}), 201),
	)
}
