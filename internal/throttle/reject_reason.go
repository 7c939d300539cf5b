package throttle

import "errors"

// RejectReason is why a guess was not looked at.
type RejectReason string

const (
	Backoff RejectReason = "wait" // a wait is running
	Locked  RejectReason = "cap"  // the kind is no longer accepted
	Busy    RejectReason = "busy" // too many guesses were under way at once
)

func (l *Limiter) reportError(kind Kind, why RejectReason) {
	if l.OnReject != nil {
		l.OnReject(kind, why)
	}
}

// report tells of a refusal, where err is one.
func (l *Limiter) report(err error) error {
	var wait *ThrottledError
	switch {
	case !errors.As(err, &wait):
	case wait.RetryAfter == 0:
		l.reportError(wait.Kind, Locked)
	default:
		l.reportError(wait.Kind, Backoff)
	}
	return err
}
