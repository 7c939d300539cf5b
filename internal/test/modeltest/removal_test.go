package modeltest

import "time"

// The parameters of the announced removal.
const (
	removalDelay            = 10 * time.Minute
	removalCooldown         = time.Hour
	removalMaxTick          = 8 * time.Minute
	removalLinkLifetime     = time.Hour
	removalReminderInterval = 24 * time.Hour
)

// removal is an announced removal of an account's MFA, active or cancelled.
type removal struct {
	requested   time.Time
	remaining   time.Duration
	counted     time.Time   // last tick
	announcedAt time.Time   // last announcement
	ready       time.Time   // zero until the delay has passed
	cancelled   time.Time   // zero while active
	undelivered []time.Time // when each undelivered notice was enqueued
}

// completion is the link in the mail that a removal is ready.
type completion struct {
	token     string
	account   *account
	removal   *removal
	expiresAt time.Time
}

func (r *removal) announce(now time.Time) {
	r.announcedAt = now
	r.undelivered = append(r.undelivered, now)
}

// activeRemoval returns the account's removal, or nil if there is none or it was cancelled.
func (a *account) activeRemoval() *removal {
	if a.removal == nil || !a.removal.cancelled.IsZero() {
		return nil
	}
	return a.removal
}

// invalidated reports whether a removal has expired or been invalidated by a change, and whether a cooldown follows.
func (a *account) invalidated(r *removal, now time.Time) (expired, cooldown bool) {
	expiresAt := r.requested.Add(removalDelay + removalCooldown)
	if !r.ready.IsZero() {
		expiresAt = r.ready.Add(removalLinkLifetime)
	}
	if !now.Before(expiresAt) {
		return true, false
	}
	if a.createdAt.After(r.requested) { // the password was changed since
		return true, true
	}
	for _, m := range a.methods {
		if m.createdAt.After(r.requested) {
			return true, true
		}
	}
	return !a.enabled(), false
}

// request requests a removal. passwordAt is the time at which the password was checked.
func (w *modelState) request(a *account, passwordAt time.Time) prediction {
	if !a.enabled() || a.createdAt.After(passwordAt) {
		return refuse(410, "sign_in_expired")
	}
	inCooldown := a.removal != nil && w.now.Before(a.removal.cancelled.Add(removalCooldown)) && !a.removal.cancelled.IsZero()
	if r := a.activeRemoval(); r != nil {
		expired, cooldown := a.invalidated(r, w.now)
		if !expired {
			return prediction{}
		}
		inCooldown = cooldown // the request ends the old removal
	}
	if inCooldown {
		return refuse(409, "removal_unavailable")
	}
	a.removal = &removal{requested: w.now, remaining: removalDelay, counted: w.now}
	a.removal.announce(w.now)
	a.clearKind(kindRemovalCancel)
	return prediction{}
}

// cancelActiveRemoval cancels the account's removal, if any, because a second factor was used.
func (w *modelState) cancelActiveRemoval(a *account) {
	if r := a.activeRemoval(); r != nil {
		r.cancelled = w.now
	}
}

// delivered marks the notices that were enqueued until now as delivered.
func (w *modelState) delivered() {
	for _, a := range w.accounts {
		if a.removal == nil {
			continue
		}
		var later []time.Time
		for _, enqueuedAt := range a.removal.undelivered {
			if enqueuedAt.After(w.now) {
				later = append(later, enqueuedAt)
			}
		}
		a.removal.undelivered = later
	}
}

// tick runs the removal worker: it counts the elapsed time of every removal, and announces, reminds and cancels.
func (w *modelState) tick() {
	for _, a := range w.accounts {
		r := a.activeRemoval()
		if r == nil {
			continue
		}
		if expired, cooldown := a.invalidated(r, w.now); expired {
			if a.removal = nil; cooldown {
				r.cancelled = w.now
				a.removal = r
			}
			continue
		}
		arrived := len(r.undelivered) == 0
		stopped := !arrived || a.lockedSince(r.counted)
		if !stopped {
			r.remaining -= min(max(w.now.Sub(r.counted), 0), removalMaxTick, r.remaining)
		}
		r.counted = w.now
		switch {
		case r.remaining == 0 && r.ready.IsZero():
			r.ready = w.now
			w.links = append(w.links, &completion{account: a, removal: r, expiresAt: w.now.Add(removalLinkLifetime)})
			r.announce(w.now)
		case w.now.Before(r.announcedAt.Add(removalReminderInterval)), !arrived:
		default:
			r.announce(w.now)
		}
	}
}

// complete removes MFA with the link of a mail.
func (w *modelState) complete(l *completion) (v prediction, ended int) {
	if l == nil || !w.now.Before(l.expiresAt) || l.account.activeRemoval() != l.removal {
		return refuse(410, "link_expired"), 0
	}
	a := l.account
	if expired, _ := a.invalidated(l.removal, w.now); expired || l.removal.ready.IsZero() {
		return refuse(410, "link_expired"), 0
	}
	if len(l.removal.undelivered) > 0 {
		return refuse(503, "unavailable"), 0
	}
	a.methods, a.codes, a.enrollment, a.removal = nil, nil, nil, nil
	for _, kind := range []string{kindTOTP, kindRecovery, kindRemovalCancel} {
		a.clearKind(kind)
	}
	w.endStepUps(a)
	return prediction{}, w.endOthers(a, nil)
}
