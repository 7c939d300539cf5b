package throttle

import "errors"

// RejectReason is why an attempt was not checked.
type RejectReason string

const (
	Backoff RejectReason = "wait" // a backoff is running
	Locked  RejectReason = "cap"  // the kind is at the hard limit
	Busy    RejectReason = "busy" // too many attempts were in progress
)

func (l *Limiter) reject(kind Kind, reason RejectReason) {
	if l.OnReject != nil {
		l.OnReject(kind, reason)
	}
}

// report calls OnReject if err is a *ThrottledError, and returns err.
func (l *Limiter) report(err error) error {
	var throttled *ThrottledError
	switch {
	case !errors.As(err, &throttled):
	case throttled.RetryAfter == 0:
		l.reject(throttled.Kind, Locked)
	default:
		l.reject(throttled.Kind, Backoff)
	}
	return err
}
