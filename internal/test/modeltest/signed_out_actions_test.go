package modeltest

import (
	"fmt"

	"twofold/internal/test/apptest"
)

// The actions of a client that is not signed in.

// present returns the request members of a credential, and its description for the trace.
func (p *run) present(a *account, how proof) (shown presented, words string) {
	shown.wrongPassword = how.wrongPassword
	words = "the right password"
	if how.wrongPassword {
		words = "a wrong password"
	}
	owner := a
	if how.foreign {
		owner = p.accounts[(1+p.indexOf(a))%len(p.accounts)]
	}
	switch how.kind {
	case fitting:
		fits := p.fitting(a)
		shown.code, shown.recovery = fits.code, fits.recovery
		if a.enabled() {
			words += fmt.Sprintf(" and what fits (%s%s)", shown.code, shown.recovery)
		}
	case wrongCode:
		shown.code, words = "000000", words+" and the code 000000"
	case aCode:
		shown.code = "000000"
		if phone := newest(owner.used(), how.which); phone != nil {
			shown.code = phone.CodeIn(how.away)
		}
		words += fmt.Sprintf(" and %s's code %s (%+d steps)", owner.name, shown.code, how.away)
	case wrongSheets:
		shown.recovery, words = "0000-0000-0000-0000", words+" and a recovery code that is nobody's"
	case aRecovery:
		shown.recovery = "0000-0000-0000-0000"
		if code := newest(owner.shown, how.which); code != "" {
			shown.recovery = code
		}
		words += fmt.Sprintf(" and %s's recovery code %s", owner.name, shown.recovery)
	}
	return shown, words
}

// used are the account's phones, those that it signs in with last.
func (a *account) used() []*apptest.Phone {
	return best(a.phones, func(phone *apptest.Phone) bool { return a.method(phone.ID) != nil })
}

func (p *run) indexOf(a *account) int {
	for i, one := range p.accounts {
		if one == a {
			return i
		}
	}
	return -1
}

// body is a proof as a request has it.
func (shown presented) body(more JSON) JSON {
	body := JSON{}
	if shown.code != "" {
		body["code"] = shown.code
	}
	if shown.recovery != "" {
		body["recovery_code"] = shown.recovery
	}
	for name, value := range more {
		body[name] = value
	}
	return body
}

func (shown presented) password() string {
	if shown.wrongPassword {
		return "certainly not this one"
	}
	return apptest.Password
}

func (p *run) signIn(who *person, s step) {
	a := p.accounts[s.whose%len(p.accounts)]
	shown, words := p.present(a, s.proof)
	p.tell("%s signs in as %s with %s", who.name, a.name, words)
	buckets, previous, browser := p.bucketsOf(a, nil, who.device), who.session, who.device
	looked := a.allows(kindPassword, buckets[kindPassword], p.now).passes()
	body := shown.body(JSON{"email": a.email, "password": shown.password()})
	if !who.browser {
		body["deliver"] = "token"
	}
	answer := p.call(who, "", "POST", "/api/v1/sessions", body)
	v, opened, pending := p.modelState.signIn(a, shown, who.browser, previous, browser)
	p.proved(a, buckets, shown, looked, answer.Status, answer.Code())
	switch {
	case pending != nil:
		p.want(answer, v, 202)
		if pending.token = who.signIn; !who.browser {
			pending.token = answer.Text("sign_in_token")
		}
	case opened != nil:
		p.want(answer, v, 201)
		p.laws.signedIn(a, shown.code != "" || shown.recovery != "", answer.Text("acr"))
		p.signedIn(who, opened, answer.Text("id"), answer.Value("session_token"), answer.Text("acr"))
	default:
		p.want(answer, v, 0)
	}
}

// signedIn notes what a session that began is known by.
func (p *run) signedIn(who *person, s *session, id string, token any, acr string) {
	if acr != s.acr() {
		p.fail("the session is %s, want %s", acr, s.acr())
	}
	s.id = id
	if s.token = who.session; !s.cookie {
		s.token, _ = token.(string)
		who.tokens = append(who.tokens, s.token)
	}
	for _, d := range p.devices {
		if d.token == "" {
			d.token = who.device
		}
	}
}

// proved tells the laws what an answer says about proofs beside a password.
func (p *run) proved(a *account, buckets map[string]string, shown presented, looked bool, status int, code string) {
	if !looked {
		return
	}
	p.laws.judged(a, kindPassword, buckets[kindPassword], code != "credentials_rejected")
	if code == "credentials_rejected" || p.laws.on[a] == 0 {
		return
	}
	p.seconded(a, kindTOTP, kindRecovery, buckets[kindTOTP], shown, status, code)
}

// bucketsOf returns the buckets that the attempts of a request are counted in, by kind. A second factor has one for all kinds.
func (p *run) bucketsOf(a *account, s *session, browser string) map[string]string {
	return map[string]string{
		kindPassword: p.bucketOf(a, s, browser, kindPassword), kindTOTP: p.bucketOf(a, s, browser, kindTOTP),
	}
}

// seconded tells them what it says about a second proof.
func (p *run) seconded(a *account, phone, sheet, bucket string, shown presented, status int, code string) {
	kind := phone
	switch {
	case shown.recovery != "":
		kind = sheet
	case shown.code == "":
		return
	}
	switch {
	case status < 300:
		p.laws.judged(a, kind, bucket, true)
		p.laws.accepted(a, shown)
		if shown.recovery != "" && p.laws.wrong[fmt.Sprintln(a.name, kindTOTP, total)].number >= most {
			p.laws.forgiven(a, kindTOTP)
		}
	case code == "code_rejected" || code == "code_used":
		p.laws.judged(a, kind, bucket, false)
	}
}

// carried returns the sign-in token that a client presents: a browser its cookie, a script any token ever issued.
func (p *run) carried(who *person, s step) (pending *signIn, body JSON, words string) {
	if who.browser {
		return p.waiting(who.signIn, true), JSON{}, "the sign-in of its cookie"
	}
	all := best(p.signIns, func(one *signIn) bool { return p.waiting(one.token, false) == one })
	one := newest(all, s.which)
	if one == nil {
		return nil, JSON{"sign_in_token": "tf_i_none"}, "no sign-in"
	}
	words = fmt.Sprintf("%s's sign-in %d", one.account.name, one.number)
	return p.waiting(one.token, false), JSON{"sign_in_token": one.token}, words
}

// finish completes a sign-in, or cancels a removal with it.
func (p *run) finish(who *person, s step) {
	pending, body, words := p.carried(who, s)
	a := p.accounts[s.whose%len(p.accounts)]
	if pending != nil {
		a = pending.account
	}
	shown, proof := p.present(a, s.proof)
	if shown.code == "" && shown.recovery == "" {
		shown.code, proof = "000000", "the code 000000"
	}
	previous, browser, bucket := who.session, who.device, p.bucketOf(a, nil, who.device, kindTOTP)
	if s.does == "cancel by code" {
		p.tell("%s cancels a removal in %s with %s", who.name, words, proof)
		answer := p.call(who, "", "POST", "/api/v1/mfa/removal/cancel-by-code", shown.body(body))
		v := p.cancelByCode(pending, shown, browser)
		p.seconded(a, kindRemovalCancel, kindRemovalCancel, bucket, shown, answer.Status, answer.Code())
		p.want(answer, v, 204)
		return
	}
	p.tell("%s finishes %s with %s", who.name, words, proof)
	answer := p.call(who, "", "POST", "/api/v1/sessions/second-factor", shown.body(body))
	v, opened := p.modelState.finish(pending, shown, previous, browser)
	p.seconded(a, kindTOTP, kindRecovery, bucket, shown, answer.Status, answer.Code())
	if p.want(answer, v, 201) {
		p.signedIn(who, opened, answer.Text("id"), answer.Value("session_token"), answer.Text("acr"))
	}
}

// askForRemoval asks for a removal of MFA, for a sign-in.
func (p *run) askForRemoval(who *person, s step) {
	pending, body, words := p.carried(who, s)
	p.tell("%s asks for a removal of MFA in %s", who.name, words)
	answer := p.call(who, "", "POST", "/api/v1/mfa/removal", body)
	if pending == nil {
		p.want(answer, refuse(410, "sign_in_expired"), 0)
		return
	}
	before := pending.account.removal
	if p.want(answer, p.request(pending.account, pending.made), 202) && pending.account.removal != before {
		p.laws.requested(pending.account)
		p.laws.forgiven(pending.account, kindRemovalCancel)
	}
}

// completeRemoval removes MFA with the link of a mail.
func (p *run) completeRemoval(who *person, s step) {
	l, token := newest(p.links, s.which), "tf_l_none"
	if l != nil && l.token != "" {
		token = l.token
	}
	p.tell("%s follows the link of a last mail", who.name)
	answer := p.call(who, "", "POST", "/api/v1/mfa/removal/complete", JSON{"token": token})
	if token == "tf_l_none" {
		l = nil
	}
	v, ended := p.complete(l)
	if p.want(answer, v, 200) {
		p.laws.completed(l.account)
		p.wantInt(answer, ended, "sessions_ended")
	}
}
