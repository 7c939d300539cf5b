package modeltest

import "fmt"

// The changes that a client makes in a session.

func (r *sessionCtx) begin() {
	u, headers, words := r.shown("mfa.enroll")
	var body JSON
	replaces := ""
	if r.step.other {
		replaces = nowhere
		if m := newest(r.a.methods, r.step.which); m != nil {
			replaces = m.id
		}
		body, words = JSON{"replaces": replaces}, words+", to replace a method"
	}
	r.tell("%s begins an enrollment %s", r.words, words)
	answer := r.call(r.who, r.bearer, "POST", "/api/v1/mfa/totp/enrollments", body, headers...)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	if answer.Status == 201 {
		r.laws.used(r.a, u)
	}
	if !r.want(answer, r.modelState.begin(r.s, u, replaces), 201) {
		return
	}
	phone := r.server.PhoneFrom(answer)
	r.a.enrollment.id, r.a.enrollment.phone = phone.ID, phone
	r.a.phones = append(r.a.phones, phone)
}

// enrollmentID is the id of one of the account's phones: of its enrollment, mostly.
func (r *sessionCtx) enrollmentID() string {
	owner := r.a
	if r.step.proof.foreign {
		owner = r.accounts[(1+r.indexOf(r.a))%len(r.accounts)]
	}
	if phone := newest(owner.phones, r.step.which); phone != nil {
		return phone.ID
	}
	return nowhere
}

// firstCode is the code that an enrollment is confirmed with: that of the phone that scanned its key, mostly.
func (r *sessionCtx) firstCode() (code, words string) {
	phone, how := newest(r.a.phones, r.step.which), r.step.proof
	if phone == nil || how.kind == wrongCode {
		return "000000", "the code 000000"
	}
	if how.kind != aCode {
		how.away = 0
	}
	code = phone.CodeIn(how.away)
	return code, fmt.Sprintf("its code %s (%+d steps)", code, how.away)
}

func (r *sessionCtx) confirm() {
	id := r.enrollmentID()
	code, words := r.firstCode()
	r.tell("%s confirms the enrollment of phone %d from the newest with %s", r.words, r.step.which, words)
	bucket := r.bucketOf(r.a, r.s, "", kindTOTP)
	answer := r.call(r.who, r.bearer, "POST", "/api/v1/mfa/totp/enrollments/"+id+"/confirm", JSON{"code": code})
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	replaced := r.a.enrollment != nil && r.a.method(methodID(r.a.enrollment.replaces)) != nil
	v, first, ended := r.modelState.confirm(r.s, id, code, r.who.device)
	switch {
	case answer.Status == 201:
		r.laws.judged(r.a, kindTOTP, bucket, true)
		r.laws.accepted(r.a, presented{code: code})
	case answer.Code() == "code_rejected":
		r.laws.judged(r.a, kindTOTP, bucket, false)
	}
	if !r.want(answer, v, 201) {
		return
	}
	r.laws.added(r.a, replaced)
	if got := answer.Value("recovery_codes") != nil; got != first {
		r.fail("recovery codes came: %v, with the first method: %v", got, first)
	}
	if first {
		r.a.keep(answer)
		r.laws.forgiven(r.a, kindRecovery)
	}
	r.changed(renewed(answer), ended, answer.Int("receipt", "sessions_ended"), answer.Int("receipt", "recovery_codes_left"))
}

func methodID(m *method) string {
	if m == nil {
		return ""
	}
	return m.id
}

func (r *sessionCtx) cancel() {
	id := r.enrollmentID()
	r.tell("%s cancels the enrollment of phone %d from the newest", r.words, r.step.which)
	answer := r.call(r.who, r.bearer, "DELETE", "/api/v1/mfa/totp/enrollments/"+id, nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, r.modelState.cancel(r.s, id), 204)
}

func (r *sessionCtx) remove() {
	u, headers, words := r.shown("mfa.remove")
	owner, id := r.a, nowhere
	if r.step.proof.foreign {
		owner = r.accounts[(1+r.indexOf(r.a))%len(r.accounts)]
	}
	if m := newest(owner.methods, r.step.which); m != nil {
		id = m.id
	}
	r.tell("%s removes a method of %s %s", r.words, owner.name, words)
	answer := r.call(r.who, r.bearer, "DELETE", "/api/v1/mfa/methods/"+id, nil, headers...)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	v, ended := r.modelState.remove(r.s, u, id)
	if answer.Status == 200 {
		r.laws.used(r.a, u)
		r.laws.on[r.a]--
	}
	if r.want(answer, v, 200) {
		r.changed(renewed(answer), ended, answer.Int("sessions_ended"), answer.Int("recovery_codes_left"))
	}
}

func (r *sessionCtx) generate() {
	u, headers, words := r.shown("mfa.recovery_codes")
	r.tell("%s generates recovery codes %s", r.words, words)
	answer := r.call(r.who, r.bearer, "POST", "/api/v1/mfa/recovery-codes", nil, headers...)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	v, ended := r.modelState.generate(r.s, u)
	if answer.Status == 201 {
		r.laws.used(r.a, u)
	}
	if r.want(answer, v, 201) {
		r.a.keep(answer)
		r.laws.forgiven(r.a, kindRecovery)
		r.changed(renewed(answer), ended, answer.Int("receipt", "sessions_ended"), answer.Int("receipt", "recovery_codes_left"))
	}
}

func (r *sessionCtx) signOut() {
	r.tell("%s signs out", r.words)
	answer := r.call(r.who, r.bearer, "DELETE", "/api/v1/sessions/current", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, verdict{}, 204)
	r.end(r.s)
}

func (r *sessionCtx) endSession() {
	one := newest(r.sessions, r.step.which)
	id, words := nowhere, "a session that is nowhere"
	if one != nil {
		id, words = one.id, fmt.Sprintf("%s's session %d", one.account.name, one.number)
	}
	r.tell("%s ends %s", r.words, words)
	answer := r.call(r.who, r.bearer, "DELETE", "/api/v1/sessions/"+id, nil)
	switch {
	case r.s == nil:
		r.want(answer, signedOut, 0)
	case one == nil || one.gone || one.account != r.a:
		r.want(answer, refuse(404, "not_found"), 0)
	default:
		r.want(answer, verdict{}, 204)
		r.end(one)
	}
}

func (r *sessionCtx) endOthers() {
	r.tell("%s ends all others", r.words)
	answer := r.call(r.who, r.bearer, "POST", "/api/v1/sessions/end-others", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, verdict{}, 200)
	r.wantInt(answer, r.modelState.endOthers(r.a, r.s), "sessions_ended")
}

func (r *sessionCtx) cancelRemoval() {
	r.tell("%s cancels the removal", r.words)
	answer := r.call(r.who, r.bearer, "DELETE", "/api/v1/mfa/removal", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, r.modelState.cancelRemoval(r.s), 200)
}
