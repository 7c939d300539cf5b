package cluster_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// workload is the work of one round: a new user enrolls, an MFA user signs in with a code and with a recovery code, and a
// third user changes the password. Accounts, sessions and tokens are prepared in advance.
type workload struct {
	newUser, mfaUser, passwordUser *apptest.Client
	otherSession                   *apptest.Client // another session of passwordUser
	enrollToken, passwordToken     string          // step-up tokens
	signInTokens                   []string        // pending sign-ins of mfaUser
	phone                          *apptest.Phone  // of mfaUser, with the current time
	codes                          []string        // recovery codes of mfaUser
	email                          string          // of passwordUser

	// The responses of the round. A zero response means that the process was killed before it responded.
	begun, confirmed, signedIn, recovered, changed apptest.Response
	newPhone                                       *apptest.Phone // of the enrollment
	confirmCode, signInCode                        string
}

// prepareWorkloads returns workloads for n rounds. It stores cheap password hashes.
func prepareWorkloads(t *testing.T, dir, database string, n int) []workload {
	t.Helper()
	clock := apptest.NewClock() // two minutes behind, so that the current codes are unused
	clock.Advance(time.Since(clock.Now()) - 2*time.Minute)
	h := apptest.StartIn(t, dir, clock, append([]string{"TWOFOLD_DATABASE_URL=" + database}, longLifetimes...)...)
	today := apptest.Remote(t, "", time.Now)
	workloads := make([]workload, n)
	for i := range workloads {
		w := &workloads[i]
		addAccount := func(name string) string {
			email := fmt.Sprintf("%s%d@example.com", name, i)
			h.AddAccount(email)
			return email
		}
		w.newUser = h.SignedIn(addAccount("new"))
		w.enrollToken = w.newUser.StepUpToken("mfa.enroll")

		mfaEmail := addAccount("mfa")
		w.mfaUser = h.SignedIn(mfaEmail)
		begun := w.mfaUser.BeginEnrollment(w.mfaUser.StepUpToken("mfa.enroll")).Require(201, "")
		pastPhone := h.PhoneFrom(begun)
		w.phone = today.PhoneFrom(begun)
		w.codes = w.mfaUser.Confirm(pastPhone, pastPhone.Code()).Require(201, "").RecoveryCodes()
		for range 4 {
			w.signInTokens = append(w.signInTokens, h.PendingSignIn(mfaEmail))
		}

		w.email = addAccount("password")
		w.otherSession, w.passwordUser = h.SignedIn(w.email), h.SignedIn(w.email)
		w.passwordToken = w.passwordUser.StepUpToken("account.password")
	}
	h.Stop()
	return workloads
}

func (w *workload) enroll(h *apptest.Server) {
	newUser := w.newUser.OnServer(h)
	if w.begun = newUser.DoAllowFailure("POST", apptest.PathEnrollments, nil, "Step-Up-Token", w.enrollToken); w.begun.Status != 201 {
		return
	}
	w.newPhone = h.PhoneFrom(w.begun)
	w.confirmCode = w.newPhone.Code()
	w.confirmed = newUser.DoAllowFailure("POST", apptest.PathEnrollments+"/"+w.newPhone.ID+"/confirm", apptest.Code(w.confirmCode))
}

func (w *workload) useCode(h *apptest.Server) {
	w.signInCode = w.phone.Code()
	w.signedIn = h.Script("").DoAllowFailure("POST", apptest.PathSecondFactor, JSON{"sign_in_token": w.signInTokens[0], "code": w.signInCode})
}

func (w *workload) useRecoveryCode(h *apptest.Server) {
	w.recovered = h.Script("").DoAllowFailure("POST", apptest.PathSecondFactor, JSON{"sign_in_token": w.signInTokens[1], "recovery_code": w.codes[0]})
}

func (w *workload) changePassword(h *apptest.Server) {
	w.changed = w.passwordUser.OnServer(h).DoAllowFailure("PUT", apptest.PathPassword, JSON{"new_password": apptest.NewPassword}, "Step-Up-Token", w.passwordToken)
}

// interrupted reports whether a request got no response.
func (w *workload) interrupted() bool {
	confirmed := w.confirmed.Status > 0
	return !confirmed || w.signedIn.Status == 0 || w.recovered.Status == 0 || w.changed.Status == 0
}

// check returns what is wrong after the restart: every acknowledged change must be there, and every other one must be there as
// a whole or not at all.
func (w *workload) check(h *apptest.Server) (problems []string) {
	for what, err := range map[string]error{
		"enrollment": w.checkEnrollment(h), "codes": w.checkCodes(h), "password": w.checkPassword(h),
	} {
		if err != nil {
			problems = append(problems, what+": "+err.Error())
		}
	}
	return problems
}

func (w *workload) checkEnrollment(h *apptest.Server) error {
	newUser := w.newUser.OnServer(h)
	state := newUser.Do("GET", "/api/v1/mfa", nil)
	if err := wantStatus("MFA state", state, 200); err != nil {
		return err
	}
	methods, _ := state.Value("methods").([]any)
	switch codes, pending := state.Value("recovery_codes"), state.Value("pending_enrollment"); {
	case len(methods) == 1 && codes != nil && pending == nil && w.begun.Status == 201: // confirmed, with or without a response
		return wantStatus("used code", newUser.StepUp("mfa.remove", apptest.Code(w.confirmCode)), 401, "code_used")
	case len(methods) > 0 || codes != nil || w.confirmed.Status == 201:
		return fmt.Errorf("confirm got status %d, but the state is %s", w.confirmed.Status, state.Body)
	case pending != nil && w.begun.Status == 201:
		return wantStatus("confirm again", newUser.Confirm(w.newPhone, w.confirmCode), 201)
	case w.begun.Status == 201:
		return fmt.Errorf("the pending enrollment is missing: %s", state.Body)
	case pending != nil: // begun, but the response was lost
		return wantStatus("begin with a used token", newUser.BeginEnrollment(w.enrollToken), 401, "step_up_required")
	}
	return wantStatus("begin again", newUser.BeginEnrollment(w.enrollToken), 201)
}

// checkCodes checks that a code is used if and only if there is a session for it.
func (w *workload) checkCodes(h *apptest.Server) error {
	list := w.mfaUser.OnServer(h).Do("GET", "/api/v1/sessions", nil)
	if err := wantStatus("session list", list, 200); err != nil {
		return err
	}
	sessions, _ := list.Value("items").([]any)
	want := 1 // the session of this request
	for _, c := range []struct {
		name   string
		first  apptest.Response // before the kill
		second apptest.Response // after the restart
	}{
		{"code", w.signedIn, h.SecondFactor(w.signInTokens[2], apptest.Code(w.signInCode))},
		{"recovery code", w.recovered, h.SecondFactor(w.signInTokens[3], apptest.RecoveryCode(w.codes[0]))},
	} {
		switch {
		case c.second.Code() == "code_used":
			want++
		case c.second.Status != 201 || c.first.Status == 201:
			return fmt.Errorf("%s: got status %d, and %d %s after the restart", c.name, c.first.Status, c.second.Status, c.second.Code())
		}
		if c.first.Status == 201 {
			session := h.Script(c.first.Text("session_token")).Do("GET", apptest.PathCurrentSession, nil)
			if err := wantStatus("session of the "+c.name, session, 200); err != nil {
				return err
			}
		}
	}
	if len(sessions) != want {
		return fmt.Errorf("%d sessions, want %d", len(sessions), want)
	}
	return nil
}

// checkPassword checks that the password is changed and the other session ended, or that neither happened and the change can be
// repeated.
func (w *workload) checkPassword(h *apptest.Server) error {
	other := w.otherSession.OnServer(h).Do("GET", apptest.PathCurrentSession, nil)
	if w.changed.Status != 200 && other.Status == 200 { // not changed
		return errors.Join(
			wantStatus("sign-in with the new password", h.Script("").SignIn(w.email, JSON{"password": apptest.NewPassword}), 401, "credentials_rejected"),
			wantStatus("change again", w.passwordUser.OnServer(h).Do("PUT", apptest.PathPassword, JSON{"new_password": apptest.NewPassword}, "Step-Up-Token", w.passwordToken), 200),
		)
	}
	return errors.Join(
		wantStatus("other session", other, 401, "session_required"),
		wantStatus("sign-in with the new password", h.Script("").SignIn(w.email, JSON{"password": apptest.NewPassword}), 201),
	)
}
