package modeltest

import (
	"slices"
	"time"

	"twofold/internal/totp"
)

// goOn replaces a step that continues by the one that leads to the client's goal.
func (p *run) goOn(who *person, s step) step {
	if who.mind == "" || s.other {
		who.mind = s.purpose
	}
	kind, patient := s.proof.kind, s.token == 0
	s.purpose, s.which, s.token, s.stolen = who.mind, 0, 0, false
	if s.proof = (proof{kind: fitting}); kind == aCode { // which may be used by now
		s.proof.kind = aCode
	}
	sess, a := p.lives(who), p.accounts[s.whose%len(p.accounts)]
	if sess != nil {
		a = sess.account
	}
	if !a.enabled() { // first things first
		if s.purpose = "mfa.enroll"; sess != nil && kind == aCode { // but for a step-up that may be kept for later
			s.does, s.purpose, s.proof.kind = "step up", who.mind, none
			return s
		}
	}
	switch {
	case s.purpose == "removal", patient && p.removing():
		return p.toRemoval(who, s)
	case sess == nil:
		return p.toSession(who, s)
	case s.purpose == "guess":
		s.does, s.purpose, s.proof.kind = "step up", "mfa.remove", wrongCode
		return s
	case !p.canProve(a):
		return step{does: "wait", d: 30 * time.Second}
	}
	if s = p.toChange(sess, s, kind == wrongCode || kind == aRecovery); s.does == "confirm" && kind == wrongCode {
		s.proof.kind = wrongCode
	}
	return s
}

// toChange makes a change in a session, by a step-up; who is hasty takes one that is not worth that.
func (p *run) toChange(sess *session, s step, hasty bool) step {
	s.other = s.purpose == "mfa.enroll" && len(sess.account.methods) >= methodsMost
	if e := sess.account.enrollment; s.purpose == "mfa.enroll" && e != nil && e.session == sess && !e.over(p.now) {
		s.does = "confirm"
		return s
	}
	if !hasty && !slices.ContainsFunc(p.stepUps, func(u *stepUp) bool { return p.permits(u, sess, s.purpose) }) {
		s.does = "step up"
		return s
	}
	s.does = map[string]string{"mfa.enroll": "begin", "mfa.remove": "remove", "mfa.recovery_codes": "generate"}[s.purpose]
	return s
}

// lives returns the client's session, or nil if it has none that is valid.
func (p *run) lives(who *person) *session {
	for _, s := range slices.Backward(p.sessions) {
		if !s.over(p.now) && (who.browser && s.token == who.session || !who.browser && slices.Contains(who.tokens, s.token)) {
			return s
		}
	}
	return nil
}

// toSession signs in, by two steps where it takes two.
func (p *run) toSession(who *person, s step) step {
	if waits := p.half(who); waits != nil {
		if s.does = "finish"; !p.canProve(waits.account) {
			return step{does: "wait", d: 30 * time.Second}
		}
		if s.purpose == "guess" {
			s.proof.kind = wrongCode
		}
		return s
	}
	if s.does = "sign in"; s.browser || s.purpose == "guess" { // in two steps
		s.proof.kind = none
	}
	return s
}

// half returns the pending sign-in that the client can complete, or nil.
func (p *run) half(who *person) *signIn {
	for _, s := range slices.Backward(p.signIns) {
		if (!who.browser || s.token == who.signIn) && p.waiting(s.token, who.browser) == s {
			return s
		}
	}
	return nil
}

// removing reports whether a removal is in progress: in most histories nothing interferes.
func (p *run) removing() bool {
	return slices.ContainsFunc(p.accounts, func(a *account) bool { return a.underWay() != nil && a.removalShown(p.now) })
}

// toRemoval has MFA removed by who has lost everything but the password.
func (p *run) toRemoval(who *person, s step) step {
	for _, a := range p.accounts {
		r := a.underWay()
		if r == nil && a.enabled() && a.removal != nil && p.now.Before(a.removal.cancelled.Add(removalPause)) {
			return step{does: "wait", d: removalPause}
		}
		if r == nil {
			continue
		}
		if sess := p.lives(who); s.other && sess != nil && sess.account == a && sess.aal2 {
			s.does = "cancel removal"
			return s
		}
		over, _ := a.overtaken(r, p.now)
		switch {
		case over:
		case !r.ready.IsZero():
			s.does = "complete removal"
			return s
		case r.counted.Before(p.now) || len(r.undelivered) > 0:
			return step{does: "tick"}
		default:
			return step{does: "wait", d: 8 * time.Minute}
		}
	}
	if s.does = "ask for removal"; p.half(who) == nil {
		s.does, s.proof.kind = "sign in", none
	}
	return s
}

// canProve reports whether the account has a valid credential now.
func (p *run) canProve(a *account) bool {
	shown := p.fitting(a)
	return !a.enabled() || shown != presented{}
}

// fitting is a second proof that was not used: a code, or else a recovery code.
func (p *run) fitting(a *account) (shown presented) {
	for _, m := range a.methods {
		for away := range totp.Window + 1 {
			if totp.StepAt(p.now)+totp.Step(away) > m.lastStep {
				return presented{code: m.phone.CodeIn(away)}
			}
		}
	}
	for _, c := range a.codes {
		if !c.used {
			return presented{recovery: c.text}
		}
	}
	return presented{}
}
