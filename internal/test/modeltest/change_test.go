package modeltest

import (
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// revokeAfterChange does what follows every change of an account's factors: it revokes the step-up tokens and ends the other
// sessions. It returns how many sessions ended.
func (w *modelState) revokeAfterChange(s *session) (ended int) {
	w.endStepUps(s.account)
	return w.endOthers(s.account, s)
}

// begin begins an enrollment. replaces is the id of the method to replace, if any.
func (w *modelState) begin(s *session, u *stepUp, replaces string) prediction {
	a := s.account
	if !w.permits(u, s, "mfa.enroll") {
		return refuse(401, "step_up_required")
	}
	old := a.method(replaces)
	if replaces != "" && old == nil {
		return refuse(404, "not_found")
	}
	others := len(a.methods)
	if old != nil {
		others--
	}
	if others >= maxMethods {
		return refuse(409, "too_many_methods")
	}
	u.ended = true
	a.enrollment = &enrollment{session: s, replaces: old, expiresAt: w.now.Add(enrollmentLifetime)}
	return prediction{}
}

func (a *account) method(id string) *method {
	at := slices.IndexFunc(a.methods, func(m *method) bool { return m.id == id })
	if at < 0 {
		return nil
	}
	return a.methods[at]
}

// confirm checks the first code of an enrollment. first reports that the account had no MFA, so that the response contains
// recovery codes.
func (w *modelState) confirm(s *session, id, code, browser string) (v prediction, first bool, ended int) {
	a := s.account
	e := a.enrollment
	if e == nil || e.id != id || e.session != s {
		return refuse(404, "not_found"), false, 0
	}
	if e.expired(w.now) {
		return refuse(410, "enrollment_expired"), false, 0
	}
	bucket := w.bucketOf(a, s, "", kindTOTP)
	step := matchingStep(e.phone, code, w.now)
	if v := a.allows(kindTOTP, bucket, w.now); !v.ok() {
		return v, false, 0
	}
	if step == 0 {
		left := a.countFailure(kindTOTP, bucket, w.now)
		e.tries++
		return reject(422, "code_rejected", min(left, enrollmentTries-e.tries)), false, 0
	}
	a.enrollment = nil
	a.clearFailures(kindTOTP, bucket)
	if first = !a.enabled(); first {
		w.beginMFA(s, browser)
	}
	if !s.aal2 {
		s.authenticate(true, w.now)
	}
	w.addMethod(a, e, step)
	return prediction{}, first, w.revokeAfterChange(s)
}

// addMethod adds the confirmed method and removes the one that it replaces.
func (w *modelState) addMethod(a *account, e *enrollment, step totp.Step) {
	if e.replaces != nil {
		a.methods = without(a.methods, e.replaces)
	}
	a.methods = append(a.methods, &method{id: e.id, phone: e.phone, lastStep: step, createdAt: w.now})
	slices.SortStableFunc(a.methods, func(x, y *method) int { return x.createdAt.Compare(y.createdAt) })
}

func (w *modelState) cancel(s *session, id string) prediction {
	if e := s.account.enrollment; e == nil || e.id != id {
		return refuse(404, "not_found")
	}
	s.account.enrollment = nil
	return prediction{}
}

// remove removes a method, and the recovery codes with the last one.
func (w *modelState) remove(s *session, u *stepUp, id string) (v prediction, ended int) {
	a := s.account
	if !w.permits(u, s, "mfa.remove") {
		return refuse(401, "step_up_required"), 0
	}
	m := a.method(id)
	if m == nil {
		return refuse(404, "not_found"), 0
	}
	u.ended = true
	if a.methods = without(a.methods, m); !a.enabled() {
		a.codes = nil
	}
	return prediction{}, w.revokeAfterChange(s)
}

// generate generates recovery codes. The model learns them from the response, see storeCodes.
func (w *modelState) generate(s *session, u *stepUp) (v prediction, ended int) {
	a := s.account
	switch {
	case !w.permits(u, s, "mfa.recovery_codes"):
		return refuse(401, "step_up_required"), 0
	case !a.enabled():
		return refuse(409, "mfa_required"), 0
	}
	u.ended = true
	a.clearKind(kindRecovery)
	return prediction{}, w.revokeAfterChange(s)
}

// storeCodes replaces the account's recovery codes by those in a response, and returns them.
func (a *account) storeCodes(response apptest.Response) (codes []string) {
	a.codes = nil
	list, _ := response.Value("recovery_codes").([]any)
	for _, code := range list {
		text, _ := code.(string)
		a.codes = append(a.codes, &recoveryCode{text: text})
		codes = append(codes, text)
	}
	a.shownCodes = append(a.shownCodes, codes...)
	return codes
}

// cancelRemoval cancels a removal from a session.
func (w *modelState) cancelRemoval(s *session) prediction {
	if !s.aal2 {
		return refuse(409, "mfa_required")
	}
	if s.account.activeRemoval() == nil {
		return refuse(404, "not_found")
	}
	w.cancelActiveRemoval(s.account)
	return prediction{}
}

// removalShown reports whether the MFA state shows a removal.
func (a *account) removalShown(now time.Time) bool {
	r := a.activeRemoval()
	if r == nil {
		return false
	}
	expired, _ := a.invalidated(r, now)
	return !expired
}
