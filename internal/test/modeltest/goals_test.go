package modeltest

import (
	"slices"
	"time"

	"twofold/internal/totp"
)

// goOn replaces a step that continues by the one that leads to the client's goal.
func (p *run) towardsGoal(c *client, s step) step {
	if c.goal == "" || s.other {
		c.goal = s.purpose
	}
	kind, letRemovalFinish := s.credential.kind, s.token == 0
	s.purpose, s.index, s.token, s.stolen = c.goal, 0, 0, false
	if s.credential = (credential{kind: unusedFactor}); kind == totpCode { // the current code, which may be used already
		s.credential.kind = totpCode
	}
	sess, a := p.activeSession(c), p.accounts[s.account%len(p.accounts)]
	if sess != nil {
		a = sess.account
	}
	if !a.enabled() { // every other goal needs MFA
		if s.purpose = "mfa.enroll"; sess != nil && kind == totpCode { // a step-up token from before MFA, for later use
			s.action, s.purpose, s.credential.kind = "step up", c.goal, none
			return s
		}
	}
	switch {
	case s.purpose == "removal", letRemovalFinish && p.removalInProgress():
		return p.towardsRemoval(c, s)
	case sess == nil:
		return p.towardsSession(c, s)
	case s.purpose == "guess":
		s.action, s.purpose, s.credential.kind = "step up", "mfa.remove", wrongCode
		return s
	case !p.hasUnusedFactor(a):
		return step{action: "advance clock", d: 30 * time.Second}
	}
	if s = p.towardsChange(sess, s, kind == wrongCode || kind == recoveryCodeKind); s.action == "confirm" && kind == wrongCode {
		s.credential.kind = wrongCode
	}
	return s
}

// towardsChange returns the next step towards a change in a session. With hasty set it uses a step-up token that does not
// permit it.
func (p *run) towardsChange(sess *session, s step, hasty bool) step {
	s.other = s.purpose == "mfa.enroll" && len(sess.account.methods) >= maxMethods
	if e := sess.account.enrollment; s.purpose == "mfa.enroll" && e != nil && e.session == sess && !e.expired(p.now) {
		s.action = "confirm"
		return s
	}
	if !hasty && !slices.ContainsFunc(p.stepUps, func(u *stepUp) bool { return p.permits(u, sess, s.purpose) }) {
		s.action = "step up"
		return s
	}
	s.action = map[string]string{"mfa.enroll": "begin", "mfa.remove": "remove", "mfa.recovery_codes": "generate"}[s.purpose]
	return s
}

// activeSession returns the client's session, or nil if it has none that is valid.
func (p *run) activeSession(c *client) *session {
	for _, s := range slices.Backward(p.sessions) {
		if !s.expired(p.now) && (c.browser && s.token == c.session || !c.browser && slices.Contains(c.tokens, s.token)) {
			return s
		}
	}
	return nil
}

// towardsSession returns the next step towards a session.
func (p *run) towardsSession(c *client, s step) step {
	if pending := p.pendingSignIn(c); pending != nil {
		if s.action = "complete sign-in"; !p.hasUnusedFactor(pending.account) {
			return step{action: "advance clock", d: 30 * time.Second}
		}
		if s.purpose == "guess" {
			s.credential.kind = wrongCode
		}
		return s
	}
	if s.action = "sign in"; s.browser || s.purpose == "guess" { // sign in by password first
		s.credential.kind = none
	}
	return s
}

// pendingSignIn returns the pending sign-in that the client can complete, or nil.
func (p *run) pendingSignIn(c *client) *signIn {
	for _, s := range slices.Backward(p.signIns) {
		if (!c.browser || s.token == c.signIn) && p.waiting(s.token, c.browser) == s {
			return s
		}
	}
	return nil
}

// removalInProgress reports whether a removal is in progress. Most clients then work towards its completion.
func (p *run) removalInProgress() bool {
	return slices.ContainsFunc(p.accounts, func(a *account) bool { return a.activeRemoval() != nil && a.removalShown(p.now) })
}

// towardsRemoval returns the next step towards an announced removal of MFA, which needs the password only.
func (p *run) towardsRemoval(c *client, s step) step {
	for _, a := range p.accounts {
		r := a.activeRemoval()
		if r == nil && a.enabled() && a.removal != nil && p.now.Before(a.removal.cancelled.Add(removalCooldown)) {
			return step{action: "advance clock", d: removalCooldown}
		}
		if r == nil {
			continue
		}
		if sess := p.activeSession(c); s.other && sess != nil && sess.account == a && sess.aal2 {
			s.action = "cancel removal"
			return s
		}
		expired, _ := a.invalidated(r, p.now)
		switch {
		case expired:
		case !r.ready.IsZero():
			s.action = "complete removal"
			return s
		case r.counted.Before(p.now) || len(r.undelivered) > 0:
			return step{action: "run workers"}
		default:
			return step{action: "advance clock", d: 8 * time.Minute}
		}
	}
	if s.action = "request removal"; p.pendingSignIn(c) == nil {
		s.action, s.credential.kind = "sign in", none
	}
	return s
}

// hasUnusedFactor reports whether the account has a valid credential now.
func (p *run) hasUnusedFactor(a *account) bool {
	creds := p.unusedFactor(a)
	return !a.enabled() || creds != credentials{}
}

// unusedFactor returns an unused TOTP code or, if there is none, an unused recovery code.
func (p *run) unusedFactor(a *account) (creds credentials) {
	for _, m := range a.methods {
		for offset := range totp.Window + 1 {
			if totp.StepAt(p.now)+totp.Step(offset) > m.lastStep {
				return credentials{code: m.phone.CodeIn(offset)}
			}
		}
	}
	for _, c := range a.codes {
		if !c.used {
			return credentials{recovery: c.text}
		}
	}
	return credentials{}
}
