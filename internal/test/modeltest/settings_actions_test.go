package modeltest

import "fmt"

// The changes that a client makes in a session.

func (r *sessionCtx) begin() {
	u, headers, description := r.stepUpToken("mfa.enroll")
	var body JSON
	replaces := ""
	if r.step.other {
		replaces = unknownID
		if m := fromNewest(r.a.methods, r.step.index); m != nil {
			replaces = m.id
		}
		body, description = JSON{"replaces": replaces}, description+", to replace a method"
	}
	r.record("%s begins an enrollment %s", r.description, description)
	response := r.call(r.c, r.bearer, "POST", "/api/v1/mfa/totp/enrollments", body, headers...)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	if response.Status == 201 {
		r.invariants.used(r.a, u)
	}
	if !r.want(response, r.modelState.begin(r.s, u, replaces), 201) {
		return
	}
	phone := r.server.PhoneFrom(response)
	r.a.enrollment.id, r.a.enrollment.phone = phone.ID, phone
	r.a.phones = append(r.a.phones, phone)
}

// enrollmentID returns the id of one of the account's phones, mostly that of its pending enrollment.
func (r *sessionCtx) enrollmentID() string {
	owner := r.a
	if r.step.credential.foreign {
		owner = r.accounts[(1+r.indexOf(r.a))%len(r.accounts)]
	}
	if phone := fromNewest(owner.phones, r.step.index); phone != nil {
		return phone.ID
	}
	return unknownID
}

// firstCode returns the code that confirms an enrollment, mostly that of the phone with its key.
func (r *sessionCtx) firstCode() (code, description string) {
	phone, choice := fromNewest(r.a.phones, r.step.index), r.step.credential
	if phone == nil || choice.kind == wrongCode {
		return "000000", "the code 000000"
	}
	if choice.kind != totpCode {
		choice.offset = 0
	}
	code = phone.CodeIn(choice.offset)
	return code, fmt.Sprintf("its code %s (%+d steps)", code, choice.offset)
}

func (r *sessionCtx) confirm() {
	id := r.enrollmentID()
	code, description := r.firstCode()
	r.record("%s confirms the enrollment of phone %d from the newest with %s", r.description, r.step.index, description)
	bucket := r.bucketOf(r.a, r.s, "", kindTOTP)
	response := r.call(r.c, r.bearer, "POST", "/api/v1/mfa/totp/enrollments/"+id+"/confirm", JSON{"code": code})
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	replaced := r.a.enrollment != nil && r.a.method(methodID(r.a.enrollment.replaces)) != nil
	v, first, ended := r.modelState.confirm(r.s, id, code, r.c.device)
	switch {
	case response.Status == 201:
		r.invariants.attemptChecked(r.a, kindTOTP, bucket, true)
		r.invariants.accepted(r.a, credentials{code: code})
	case response.Code() == "code_rejected":
		r.invariants.attemptChecked(r.a, kindTOTP, bucket, false)
	}
	if !r.want(response, v, 201) {
		return
	}
	r.invariants.added(r.a, replaced)
	if got := response.Value("recovery_codes") != nil; got != first {
		r.fail("the response has recovery codes: %v, want %v", got, first)
	}
	if first {
		r.a.storeCodes(response)
		r.invariants.failuresCleared(r.a, kindRecovery)
	}
	r.checkReceipt(renewed(response), ended, response.Int("receipt", "sessions_ended"), response.Int("receipt", "recovery_codes_left"))
}

func methodID(m *method) string {
	if m == nil {
		return ""
	}
	return m.id
}

func (r *sessionCtx) cancel() {
	id := r.enrollmentID()
	r.record("%s cancels the enrollment of phone %d from the newest", r.description, r.step.index)
	response := r.call(r.c, r.bearer, "DELETE", "/api/v1/mfa/totp/enrollments/"+id, nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, r.modelState.cancel(r.s, id), 204)
}

func (r *sessionCtx) remove() {
	u, headers, description := r.stepUpToken("mfa.remove")
	owner, id := r.a, unknownID
	if r.step.credential.foreign {
		owner = r.accounts[(1+r.indexOf(r.a))%len(r.accounts)]
	}
	if m := fromNewest(owner.methods, r.step.index); m != nil {
		id = m.id
	}
	r.record("%s removes a method of %s %s", r.description, owner.name, description)
	response := r.call(r.c, r.bearer, "DELETE", "/api/v1/mfa/methods/"+id, nil, headers...)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	v, ended := r.modelState.remove(r.s, u, id)
	if response.Status == 200 {
		r.invariants.used(r.a, u)
		r.invariants.methods[r.a]--
	}
	if r.want(response, v, 200) {
		r.checkReceipt(renewed(response), ended, response.Int("sessions_ended"), response.Int("recovery_codes_left"))
	}
}

func (r *sessionCtx) generate() {
	u, headers, description := r.stepUpToken("mfa.recovery_codes")
	r.record("%s generates recovery codes %s", r.description, description)
	response := r.call(r.c, r.bearer, "POST", "/api/v1/mfa/recovery-codes", nil, headers...)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	v, ended := r.modelState.generate(r.s, u)
	if response.Status == 201 {
		r.invariants.used(r.a, u)
	}
	if r.want(response, v, 201) {
		r.a.storeCodes(response)
		r.invariants.failuresCleared(r.a, kindRecovery)
		r.checkReceipt(renewed(response), ended, response.Int("receipt", "sessions_ended"), response.Int("receipt", "recovery_codes_left"))
	}
}

func (r *sessionCtx) signOut() {
	r.record("%s signs out", r.description)
	response := r.call(r.c, r.bearer, "DELETE", "/api/v1/sessions/current", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, prediction{}, 204)
	r.end(r.s)
}

func (r *sessionCtx) endSession() {
	one := fromNewest(r.sessions, r.step.index)
	id, description := unknownID, "an unknown session"
	if one != nil {
		id, description = one.id, fmt.Sprintf("%s's session %d", one.account.name, one.number)
	}
	r.record("%s ends %s", r.description, description)
	response := r.call(r.c, r.bearer, "DELETE", "/api/v1/sessions/"+id, nil)
	switch {
	case r.s == nil:
		r.want(response, signedOut, 0)
	case one == nil || one.ended || one.account != r.a:
		r.want(response, refuse(404, "not_found"), 0)
	default:
		r.want(response, prediction{}, 204)
		r.end(one)
	}
}

func (r *sessionCtx) endOthers() {
	r.record("%s ends all others", r.description)
	response := r.call(r.c, r.bearer, "POST", "/api/v1/sessions/end-others", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, prediction{}, 200)
	r.wantInt(response, r.modelState.endOthers(r.a, r.s), "sessions_ended")
}

func (r *sessionCtx) cancelRemoval() {
	r.record("%s cancels the removal", r.description)
	response := r.call(r.c, r.bearer, "DELETE", "/api/v1/mfa/removal", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, r.modelState.cancelRemoval(r.s), 200)
}
