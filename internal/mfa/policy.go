package mfa

import (
	"errors"
	"time"
)

// ErrLastMethod means that MFA is required, so that the account's last method cannot be removed.
var ErrLastMethod = errors.New("last method while MFA is required")

// Policy states whether every account must have MFA. The zero value leaves it to each user.
type Policy struct {
	Required bool
	From     time.Time // zero: always
}

// RequiredAt reports whether MFA is required at a time.
func (p Policy) RequiredAt(at time.Time) bool { return p.Required && !at.Before(p.From) }

// UpcomingAt reports whether MFA is going to be required after a time.
func (p Policy) UpcomingAt(at time.Time) bool { return p.Required && at.Before(p.From) }
