package modeltest

import "time"

// open creates a session after a sign-in, and ends the one of the previous cookie and the oldest ones above the limit.
func (w *modelState) open(a *account, cookie, aal2 bool, previous, browser string) *session {
	atLimit := len(a.sessions) >= maxSessions
	for _, s := range w.sessions {
		if cookie && previous != "" && s.token == previous && !s.ended {
			w.end(s)
		}
	}
	if atLimit {
		for _, s := range oldest(a.sessions, maxSessions-1, func(s *session) time.Time { return s.createdAt }) {
			w.end(s)
		}
	}
	s := &session{number: w.number(), account: a, cookie: cookie, createdAt: w.now}
	s.authenticate(aal2, w.now)
	a.sessions = append(a.sessions, s)
	w.sessions = append(w.sessions, s)
	if cookie {
		w.rememberDevice(a, browser, aal2)
	}
	return s
}

// signIn checks credentials at sign-in. On success it returns a session or a pending sign-in.
func (w *modelState) signIn(a *account, p credentials, cookie bool, previous, browser string) (prediction, *session, *signIn) {
	bucket := w.bucketOf(a, nil, browser, kindPassword)
	v, aal2, passwordOnly := w.authenticate(a, nil, browser, p)
	if !v.ok() {
		return v, nil, nil
	}
	if !passwordOnly {
		s := w.open(a, cookie, aal2, previous, browser)
		if aal2 {
			w.cancelActiveRemoval(a)
		}
		return prediction{}, s, nil
	}
	if len(a.signIns) >= maxPendingSignIns {
		var others []*signIn
		for _, other := range a.signIns {
			if other.bucket == bucket {
				others = append(others, other)
			}
		}
		for _, old := range oldest(others, maxPendingSignIns-1, func(s *signIn) time.Time { return s.createdAt }) {
			w.drop(old)
		}
	}
	pending := &signIn{number: w.number(), account: a, cookie: cookie, bucket: bucket, createdAt: w.now}
	a.signIns = append(a.signIns, pending)
	w.signIns = append(w.signIns, pending)
	return prediction{}, nil, pending
}

func (w *modelState) drop(s *signIn) {
	s.ended = true
	s.account.signIns = without(s.account.signIns, s)
}

// waiting returns the pending sign-in of a token with the way it was sent, or nil if it has expired or never existed.
func (w *modelState) waiting(token string, cookie bool) *signIn {
	for _, s := range w.signIns {
		if token != "" && s.token == token && s.cookie == cookie && !s.ended && s.tries < signInTries && w.now.Before(s.createdAt.Add(signInLifetime)) {
			return s
		}
	}
	return nil
}

// completeSignIn completes a pending sign-in with a second factor.
func (w *modelState) completeSignIn(s *signIn, p credentials, previous, browser string) (prediction, *session) {
	if s == nil {
		return refuse(410, "sign_in_expired"), nil
	}
	a, bucket := s.account, w.bucketOf(s.account, nil, browser, kindTOTP)
	v := w.second(a, kindTOTP, kindRecovery, bucket, p, s)
	if !v.ok() {
		return v, nil
	}
	w.drop(s)
	opened := w.open(a, s.cookie, true, previous, browser)
	w.cancelActiveRemoval(a)
	return prediction{}, opened
}

// second checks a TOTP code or a recovery code. Failures count for the given kinds.
func (w *modelState) second(a *account, code, recovery, bucket string, p credentials, pending *signIn) prediction {
	if p.recovery != "" {
		return w.checkRecoveryCode(a, recovery, bucket, p.recovery, pending)
	}
	return w.checkCode(a, code, bucket, p.code, pending)
}

// cancelByCode cancels a removal with a second factor. The sign-in remains pending.
func (w *modelState) cancelByCode(s *signIn, p credentials, browser string) prediction {
	if s == nil {
		return refuse(410, "sign_in_expired")
	}
	r := s.account.activeRemoval()
	if r == nil {
		return refuse(404, "not_found")
	}
	if expired, _ := s.account.invalidated(r, w.now); expired {
		return refuse(404, "not_found")
	}
	v := w.second(s.account, kindRemovalCancel, kindRemovalCancel, w.bucketOf(s.account, nil, browser, kindRemovalCancel), p, nil)
	if v.ok() {
		w.cancelActiveRemoval(s.account)
	}
	return v
}

// stepUp checks credentials and issues a step-up token for a purpose.
func (w *modelState) stepUp(s *session, purpose string, p credentials, browser string) (prediction, *stepUp) {
	v, aal2, passwordOnly := w.authenticate(s.account, s, browser, p)
	switch {
	case !v.ok():
		return v, nil
	case passwordOnly:
		return refuse(401, "code_required"), nil
	}
	u := &stepUp{number: w.number(), session: s, purpose: purpose, aal2: aal2, issued: w.now}
	w.stepUps = append(w.stepUps, u)
	if aal2 {
		w.cancelActiveRemoval(s.account)
	}
	return prediction{}, u
}
