package modeltest

import "time"

// open opens a session, as a sign-in earns it. previous is the cookie that the browser had.
func (w *modelState) open(a *account, cookie, aal2 bool, previous, browser string) *session {
	crowded := len(a.sessions) >= sessionsMost
	for _, s := range w.sessions {
		if cookie && previous != "" && s.token == previous && !s.gone {
			w.end(s)
		}
	}
	if crowded {
		for _, s := range oldest(a.sessions, sessionsMost-1, func(s *session) time.Time { return s.made }) {
			w.end(s)
		}
	}
	s := &session{number: w.number(), account: a, cookie: cookie, made: w.now}
	s.prove(aal2, w.now)
	a.sessions = append(a.sessions, s)
	w.sessions = append(w.sessions, s)
	if cookie {
		w.meet(a, browser, aal2)
	}
	return s
}

// signIn checks credentials at sign-in: a session, or a sign-in that waits.
func (w *modelState) signIn(a *account, p presented, cookie bool, previous, browser string) (verdict, *session, *signIn) {
	bucket := w.bucketOf(a, nil, browser, kindPassword)
	v, aal2, half := w.prove(a, nil, browser, p)
	if !v.passes() {
		return v, nil, nil
	}
	if !half {
		s := w.open(a, cookie, aal2, previous, browser)
		if aal2 {
			w.found(a)
		}
		return verdict{}, s, nil
	}
	if len(a.signIns) >= signInsOpen {
		var beside []*signIn
		for _, other := range a.signIns {
			if other.bucket == bucket {
				beside = append(beside, other)
			}
		}
		for _, old := range oldest(beside, signInsOpen-1, func(s *signIn) time.Time { return s.made }) {
			w.drop(old)
		}
	}
	pending := &signIn{number: w.number(), account: a, cookie: cookie, bucket: bucket, made: w.now}
	a.signIns = append(a.signIns, pending)
	w.signIns = append(w.signIns, pending)
	return verdict{}, nil, pending
}

func (w *modelState) drop(s *signIn) {
	s.gone = true
	s.account.signIns = without(s.account.signIns, s)
}

// waiting returns the pending sign-in of a token with the way it was sent, or nil if it has expired or never existed.
func (w *modelState) waiting(token string, cookie bool) *signIn {
	for _, s := range w.signIns {
		if token != "" && s.token == token && s.cookie == cookie && !s.gone && s.tries < signInTries && w.now.Before(s.made.Add(signInLifetime)) {
			return s
		}
	}
	return nil
}

// finish checks the second proof of a sign-in.
func (w *modelState) finish(s *signIn, p presented, previous, browser string) (verdict, *session) {
	if s == nil {
		return refuse(410, "sign_in_expired"), nil
	}
	a, bucket := s.account, w.bucketOf(s.account, nil, browser, kindTOTP)
	v := w.second(a, kindTOTP, kindRecovery, bucket, p, s)
	if !v.passes() {
		return v, nil
	}
	w.drop(s)
	opened := w.open(a, s.cookie, true, previous, browser)
	w.found(a)
	return verdict{}, opened
}

// second checks a code or a recovery code by the budget of its kind.
func (w *modelState) second(a *account, code, recovery, bucket string, p presented, within *signIn) verdict {
	if p.recovery != "" {
		return w.judgeRecovery(a, recovery, bucket, p.recovery, within)
	}
	return w.judgeCode(a, code, bucket, p.code, within)
}

// cancelByCode cancels a removal with a proof, for a sign-in that stays.
func (w *modelState) cancelByCode(s *signIn, p presented, browser string) verdict {
	if s == nil {
		return refuse(410, "sign_in_expired")
	}
	r := s.account.underWay()
	if r == nil {
		return refuse(404, "not_found")
	}
	if over, _ := s.account.overtaken(r, w.now); over {
		return refuse(404, "not_found")
	}
	v := w.second(s.account, kindRemovalCancel, kindRemovalCancel, w.bucketOf(s.account, nil, browser, kindRemovalCancel), p, nil)
	if v.passes() {
		w.found(s.account)
	}
	return v
}

// stepUp checks proofs of a session's account for a purpose.
func (w *modelState) stepUp(s *session, purpose string, p presented, browser string) (verdict, *stepUp) {
	v, aal2, half := w.prove(s.account, s, browser, p)
	switch {
	case !v.passes():
		return v, nil
	case half:
		return refuse(401, "code_required"), nil
	}
	u := &stepUp{number: w.number(), session: s, purpose: purpose, aal2: aal2, issued: w.now}
	w.stepUps = append(w.stepUps, u)
	if aal2 {
		w.found(s.account)
	}
	return verdict{}, u
}
