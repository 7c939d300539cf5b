package modeltest

import (
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// changed is what follows from any change of an account's proofs: it answers how many sessions ended.
func (w *modelState) changed(s *session) (ended int) {
	w.endStepUps(s.account)
	return w.endOthers(s.account, s)
}

// begin begins an enrollment.
func (w *modelState) begin(s *session, u *stepUp, replaces string) verdict {
	a := s.account
	if !w.permits(u, s, "mfa.enroll") {
		return refuse(401, "step_up_required")
	}
	old := a.method(replaces)
	if replaces != "" && old == nil {
		return refuse(404, "not_found")
	}
	beside := len(a.methods)
	if old != nil {
		beside--
	}
	if beside >= methodsMost {
		return refuse(409, "too_many_methods")
	}
	u.gone = true
	a.enrollment = &enrollment{session: s, replaces: old, ends: w.now.Add(enrollmentLife)}
	return verdict{}
}

func (a *account) method(id string) *method {
	at := slices.IndexFunc(a.methods, func(m *method) bool { return m.id == id })
	if at < 0 {
		return nil
	}
	return a.methods[at]
}

// confirm checks the first code of an enrollment. first says that recovery codes come with it.
func (w *modelState) confirm(s *session, id, code, browser string) (v verdict, first bool, ended int) {
	a := s.account
	e := a.enrollment
	if e == nil || e.id != id || e.session != s {
		return refuse(404, "not_found"), false, 0
	}
	if e.over(w.now) {
		return refuse(410, "enrollment_expired"), false, 0
	}
	bucket := w.bucketOf(a, s, "", kindTOTP)
	step := matching(e.phone, code, w.now)
	if v := a.allows(kindTOTP, bucket, w.now); !v.passes() {
		return v, false, 0
	}
	if step == 0 {
		left := a.reserve(kindTOTP, bucket, w.now)
		e.tries++
		return wrong(422, "code_rejected", min(left, enrollmentTries-e.tries)), false, 0
	}
	a.enrollment = nil
	a.forgive(kindTOTP, bucket)
	if first = !a.enabled(); first {
		w.beginMFA(s, browser)
	}
	if !s.aal2 {
		s.prove(true, w.now)
	}
	w.put(a, e, step)
	return verdict{}, first, w.changed(s)
}

// put makes a method of an enrollment, in the place of the one that it replaces.
func (w *modelState) put(a *account, e *enrollment, step totp.Step) {
	if e.replaces != nil {
		a.methods = without(a.methods, e.replaces)
	}
	a.methods = append(a.methods, &method{id: e.id, phone: e.phone, lastStep: step, madeAt: w.now})
	slices.SortStableFunc(a.methods, func(x, y *method) int { return x.madeAt.Compare(y.madeAt) })
}

// cancel cancels an enrollment.
func (w *modelState) cancel(s *session, id string) verdict {
	if e := s.account.enrollment; e == nil || e.id != id {
		return refuse(404, "not_found")
	}
	s.account.enrollment = nil
	return verdict{}
}

// remove takes a method away.
func (w *modelState) remove(s *session, u *stepUp, id string) (v verdict, ended int) {
	a := s.account
	if !w.permits(u, s, "mfa.remove") {
		return refuse(401, "step_up_required"), 0
	}
	m := a.method(id)
	if m == nil {
		return refuse(404, "not_found"), 0
	}
	u.gone = true
	if a.methods = without(a.methods, m); !a.enabled() {
		a.codes = nil
	}
	return verdict{}, w.changed(s)
}

// generate makes new recovery codes; keep keeps them.
func (w *modelState) generate(s *session, u *stepUp) (v verdict, ended int) {
	a := s.account
	switch {
	case !w.permits(u, s, "mfa.recovery_codes"):
		return refuse(401, "step_up_required"), 0
	case !a.enabled():
		return refuse(409, "mfa_required"), 0
	}
	u.gone = true
	a.revive(kindRecovery)
	return verdict{}, w.changed(s)
}

// keep keeps the recovery codes that an answer shows.
func (a *account) keep(answer apptest.Response) (shown []string) {
	a.codes = nil
	list, _ := answer.Value("recovery_codes").([]any)
	for _, code := range list {
		text, _ := code.(string)
		a.codes = append(a.codes, &recoveryCode{text: text})
		shown = append(shown, text)
	}
	a.shown = append(a.shown, shown...)
	return shown
}

// cancelRemoval cancels a removal on the word of a session.
func (w *modelState) cancelRemoval(s *session) verdict {
	if !s.aal2 {
		return refuse(409, "mfa_required")
	}
	if s.account.underWay() == nil {
		return refuse(404, "not_found")
	}
	w.found(s.account)
	return verdict{}
}

// removalShown reports whether the account's settings show a removal.
func (a *account) removalShown(now time.Time) bool {
	r := a.underWay()
	if r == nil {
		return false
	}
	over, _ := a.overtaken(r, now)
	return !over
}
