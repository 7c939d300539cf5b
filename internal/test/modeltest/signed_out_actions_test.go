package modeltest

import (
	"fmt"

	"twofold/internal/test/apptest"
)

// The actions of a client that is not signed in.

// present returns the request members of a credential, and its description for the trace.
func (p *run) present(a *account, choice credential) (creds credentials, description string) {
	creds.wrongPassword = choice.wrongPassword
	description = "the right password"
	if choice.wrongPassword {
		description = "a wrong password"
	}
	owner := a
	if choice.foreign {
		owner = p.accounts[(1+p.indexOf(a))%len(p.accounts)]
	}
	switch choice.kind {
	case unusedFactor:
		unused := p.unusedFactor(a)
		creds.code, creds.recovery = unused.code, unused.recovery
		if a.enabled() {
			description += fmt.Sprintf(" and a valid factor (%s%s)", creds.code, creds.recovery)
		}
	case wrongCode:
		creds.code, description = "000000", description+" and the code 000000"
	case totpCode:
		creds.code = "000000"
		if phone := fromNewest(owner.used(), choice.index); phone != nil {
			creds.code = phone.CodeIn(choice.offset)
		}
		description += fmt.Sprintf(" and %s's code %s (%+d steps)", owner.name, creds.code, choice.offset)
	case wrongRecoveryCode:
		creds.recovery, description = "0000-0000-0000-0000", description+" and an unknown recovery code"
	case recoveryCodeKind:
		creds.recovery = "0000-0000-0000-0000"
		if code := fromNewest(owner.shownCodes, choice.index); code != "" {
			creds.recovery = code
		}
		description += fmt.Sprintf(" and %s's recovery code %s", owner.name, creds.recovery)
	}
	return creds, description
}

// used returns the account's phones, with those that are confirmed methods at the end.
func (a *account) used() []*apptest.Phone {
	return preferred(a.phones, func(phone *apptest.Phone) bool { return a.method(phone.ID) != nil })
}

func (p *run) indexOf(a *account) int {
	for i, one := range p.accounts {
		if one == a {
			return i
		}
	}
	return -1
}

// body returns the request body with the second factor and more members.
func (creds credentials) body(more JSON) JSON {
	body := JSON{}
	if creds.code != "" {
		body["code"] = creds.code
	}
	if creds.recovery != "" {
		body["recovery_code"] = creds.recovery
	}
	for name, value := range more {
		body[name] = value
	}
	return body
}

func (creds credentials) password() string {
	if creds.wrongPassword {
		return "certainly not this one"
	}
	return apptest.Password
}

func (p *run) signIn(c *client, s step) {
	a := p.accounts[s.account%len(p.accounts)]
	creds, description := p.present(a, s.credential)
	p.record("%s signs in as %s with %s", c.name, a.name, description)
	buckets, previous, browser := p.bucketsOf(a, nil, c.device), c.session, c.device
	checked := a.allows(kindPassword, buckets[kindPassword], p.now).ok()
	body := creds.body(JSON{"email": a.email, "password": creds.password()})
	if !c.browser {
		body["deliver"] = "token"
	}
	response := p.call(c, "", "POST", "/api/v1/sessions", body)
	v, opened, pending := p.modelState.signIn(a, creds, c.browser, previous, browser)
	p.recordCredentials(a, buckets, creds, checked, response.Status, response.Code())
	switch {
	case pending != nil:
		p.want(response, v, 202)
		if pending.token = c.signIn; !c.browser {
			pending.token = response.Text("sign_in_token")
		}
	case opened != nil:
		p.want(response, v, 201)
		p.invariants.signedIn(a, creds.code != "" || creds.recovery != "", response.Text("acr"))
		p.signedIn(c, opened, response.Text("id"), response.Value("session_token"), response.Text("acr"))
	default:
		p.want(response, v, 0)
	}
}

// signedIn records the id and tokens of a new session.
func (p *run) signedIn(c *client, s *session, id string, token any, acr string) {
	if acr != s.acr() {
		p.fail("the session is %s, want %s", acr, s.acr())
	}
	s.id = id
	if s.token = c.session; !s.cookie {
		s.token, _ = token.(string)
		c.tokens = append(c.tokens, s.token)
	}
	for _, d := range p.devices {
		if d.token == "" {
			d.token = c.device
		}
	}
}

// recordCredentials records in the invariants what a response reveals about the checked credentials.
func (p *run) recordCredentials(a *account, buckets map[string]string, creds credentials, checked bool, status int, code string) {
	if !checked {
		return
	}
	p.invariants.attemptChecked(a, kindPassword, buckets[kindPassword], code != "credentials_rejected")
	if code == "credentials_rejected" || p.invariants.methods[a] == 0 {
		return
	}
	p.recordSecondFactor(a, kindTOTP, kindRecovery, buckets[kindTOTP], creds, status, code)
}

// bucketsOf returns the buckets that the attempts of a request are counted in, by kind. A second factor has one for all kinds.
func (p *run) bucketsOf(a *account, s *session, browser string) map[string]string {
	return map[string]string{
		kindPassword: p.bucketOf(a, s, browser, kindPassword), kindTOTP: p.bucketOf(a, s, browser, kindTOTP),
	}
}

// recordSecondFactor records in the invariants what a response reveals about a checked second factor.
func (p *run) recordSecondFactor(a *account, totpKind, recoveryKind, bucket string, creds credentials, status int, code string) {
	kind := totpKind
	switch {
	case creds.recovery != "":
		kind = recoveryKind
	case creds.code == "":
		return
	}
	switch {
	case status < 300:
		p.invariants.attemptChecked(a, kind, bucket, true)
		p.invariants.accepted(a, creds)
		if creds.recovery != "" && p.invariants.failures[fmt.Sprintln(a.name, kindTOTP, allBuckets)].number >= maxFailures {
			p.invariants.failuresCleared(a, kindTOTP)
		}
	case code == "code_rejected" || code == "code_used":
		p.invariants.attemptChecked(a, kind, bucket, false)
	}
}

// signInToken returns the sign-in token that a client presents: a browser its cookie, a script any token ever issued.
func (p *run) signInToken(c *client, s step) (pending *signIn, body JSON, description string) {
	if c.browser {
		return p.waiting(c.signIn, true), JSON{}, "the sign-in of its cookie"
	}
	all := preferred(p.signIns, func(one *signIn) bool { return p.waiting(one.token, false) == one })
	one := fromNewest(all, s.index)
	if one == nil {
		return nil, JSON{"sign_in_token": "tf_i_none"}, "no sign-in"
	}
	description = fmt.Sprintf("%s's sign-in %d", one.account.name, one.number)
	return p.waiting(one.token, false), JSON{"sign_in_token": one.token}, description
}

// completeSignIn completes a sign-in, or cancels a removal with a code in a pending sign-in.
func (p *run) completeSignIn(c *client, s step) {
	pending, body, description := p.signInToken(c, s)
	a := p.accounts[s.account%len(p.accounts)]
	if pending != nil {
		a = pending.account
	}
	creds, factor := p.present(a, s.credential)
	if creds.code == "" && creds.recovery == "" {
		creds.code, factor = "000000", "the code 000000"
	}
	previous, browser, bucket := c.session, c.device, p.bucketOf(a, nil, c.device, kindTOTP)
	if s.action == "cancel by code" {
		p.record("%s cancels a removal in %s with %s", c.name, description, factor)
		response := p.call(c, "", "POST", "/api/v1/mfa/removal/cancel-by-code", creds.body(body))
		v := p.cancelByCode(pending, creds, browser)
		p.recordSecondFactor(a, kindRemovalCancel, kindRemovalCancel, bucket, creds, response.Status, response.Code())
		p.want(response, v, 204)
		return
	}
	p.record("%s completes %s with %s", c.name, description, factor)
	response := p.call(c, "", "POST", "/api/v1/sessions/second-factor", creds.body(body))
	v, opened := p.modelState.completeSignIn(pending, creds, previous, browser)
	p.recordSecondFactor(a, kindTOTP, kindRecovery, bucket, creds, response.Status, response.Code())
	if p.want(response, v, 201) {
		p.signedIn(c, opened, response.Text("id"), response.Value("session_token"), response.Text("acr"))
	}
}

// requestRemoval requests a removal of MFA in a pending sign-in.
func (p *run) requestRemoval(c *client, s step) {
	pending, body, description := p.signInToken(c, s)
	p.record("%s requests a removal of MFA in %s", c.name, description)
	response := p.call(c, "", "POST", "/api/v1/mfa/removal", body)
	if pending == nil {
		p.want(response, refuse(410, "sign_in_expired"), 0)
		return
	}
	before := pending.account.removal
	if p.want(response, p.request(pending.account, pending.createdAt), 202) && pending.account.removal != before {
		p.invariants.requested(pending.account)
		p.invariants.failuresCleared(pending.account, kindRemovalCancel)
	}
}

// completeRemoval removes MFA with the link of a mail.
func (p *run) completeRemoval(c *client, s step) {
	l, token := fromNewest(p.links, s.index), "tf_l_none"
	if l != nil && l.token != "" {
		token = l.token
	}
	p.record("%s follows the link of a completion mail", c.name)
	response := p.call(c, "", "POST", "/api/v1/mfa/removal/complete", JSON{"token": token})
	if token == "tf_l_none" {
		l = nil
	}
	v, ended := p.complete(l)
	if p.want(response, v, 200) {
		p.invariants.completed(l.account)
		p.wantInt(response, ended, "sessions_ended")
	}
}
