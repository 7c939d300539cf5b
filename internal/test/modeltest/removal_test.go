package modeltest

import "time"

// The rules of the announced removal.
const (
	removalDelay   = 10 * time.Minute
	removalPause   = time.Hour
	removalTick    = 8 * time.Minute
	removalLink    = time.Hour
	removalReminds = 24 * time.Hour
)

// removal is one of an account's MFA, under way or cancelled.
type removal struct {
	requested   time.Time
	remaining   time.Duration
	counted     time.Time
	trace       time.Time
	ready       time.Time   // zero: the time is not over
	cancelled   time.Time   // zero: under way
	undelivered []time.Time // when what is not delivered was posted
}

// completion is the link of a last mail.
type completion struct {
	token   string
	account *account
	removal *removal
	ends    time.Time
}

func (r *removal) announce(now time.Time) {
	r.trace = now
	r.undelivered = append(r.undelivered, now)
}

// underWay is the account's removal, unless it was cancelled.
func (a *account) underWay() *removal {
	if a.removal == nil || !a.removal.cancelled.IsZero() {
		return nil
	}
	return a.removal
}

// overtaken reports whether the reason of a removal is gone, and whether a cooldown follows.
func (a *account) overtaken(r *removal, now time.Time) (over, pause bool) {
	ends := r.requested.Add(removalDelay + removalPause)
	if !r.ready.IsZero() {
		ends = r.ready.Add(removalLink)
	}
	if !now.Before(ends) {
		return true, false
	}
	if a.made.After(r.requested) { // as the server sees it, the password was set since
		return true, true
	}
	for _, m := range a.methods {
		if m.madeAt.After(r.requested) {
			return true, true
		}
	}
	return !a.enabled(), false
}

// request asks for a removal where the password was proven at a time.
func (w *modelState) request(a *account, proven time.Time) verdict {
	if !a.enabled() || a.made.After(proven) {
		return refuse(410, "sign_in_expired")
	}
	paused := a.removal != nil && w.now.Before(a.removal.cancelled.Add(removalPause)) && !a.removal.cancelled.IsZero()
	if r := a.underWay(); r != nil {
		over, pause := a.overtaken(r, w.now)
		if !over {
			return verdict{}
		}
		paused = pause // it would end now
	}
	if paused {
		return refuse(409, "removal_unavailable")
	}
	a.removal = &removal{requested: w.now, remaining: removalDelay, counted: w.now}
	a.removal.announce(w.now)
	a.revive(kindRemovalCancel)
	return verdict{}
}

// found ends the account's removal, if there is one: what was lost is there.
func (w *modelState) found(a *account) {
	if r := a.underWay(); r != nil {
		r.cancelled = w.now
	}
}

// delivered says that what was posted by now has arrived.
func (w *modelState) delivered() {
	for _, a := range w.accounts {
		if a.removal == nil {
			continue
		}
		var later []time.Time
		for _, posted := range a.removal.undelivered {
			if posted.After(w.now) {
				later = append(later, posted)
			}
		}
		a.removal.undelivered = later
	}
}

// tick counts the time of every removal.
func (w *modelState) tick() {
	for _, a := range w.accounts {
		r := a.underWay()
		if r == nil {
			continue
		}
		if over, pause := a.overtaken(r, w.now); over {
			if a.removal = nil; pause {
				r.cancelled = w.now
				a.removal = r
			}
			continue
		}
		arrived := len(r.undelivered) == 0
		stopped := !arrived || a.held(r.counted)
		if !stopped {
			r.remaining -= min(max(w.now.Sub(r.counted), 0), removalTick, r.remaining)
		}
		r.counted = w.now
		switch {
		case r.remaining == 0 && r.ready.IsZero():
			r.ready = w.now
			w.links = append(w.links, &completion{account: a, removal: r, ends: w.now.Add(removalLink)})
			r.announce(w.now)
		case w.now.Before(r.trace.Add(removalReminds)), !arrived:
		default:
			r.announce(w.now)
		}
	}
}

// complete removes MFA with a link.
func (w *modelState) complete(l *completion) (v verdict, ended int) {
	if l == nil || !w.now.Before(l.ends) || l.account.underWay() != l.removal {
		return refuse(410, "link_expired"), 0
	}
	a := l.account
	if over, _ := a.overtaken(l.removal, w.now); over || l.removal.ready.IsZero() {
		return refuse(410, "link_expired"), 0
	}
	if len(l.removal.undelivered) > 0 {
		return refuse(503, "unavailable"), 0
	}
	a.methods, a.codes, a.enrollment, a.removal = nil, nil, nil, nil
	for _, kind := range []string{kindTOTP, kindRecovery, kindRemovalCancel} {
		a.revive(kind)
	}
	w.endStepUps(a)
	return verdict{}, w.endOthers(a, nil)
}
