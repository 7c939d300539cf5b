package throttle

import "errors"

// Refusal is why a guess was not looked at.
type Refusal string

const (
	InWait  Refusal = "wait" // a wait is running
	AtCap   Refusal = "cap"  // the kind is no longer accepted
	Crowded Refusal = "busy" // too many guesses were under way at once
)

func (l *Limiter) tell(kind Kind, why Refusal) {
	if l.Refused != nil {
		l.Refused(kind, why)
	}
}

// told tells of a refusal, where err is one.
func (l *Limiter) told(err error) error {
	var wait *WaitError
	switch {
	case !errors.As(err, &wait):
	case wait.For == 0:
		l.tell(wait.Kind, AtCap)
	default:
		l.tell(wait.Kind, InWait)
	}
	return err
}
