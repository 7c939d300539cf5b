package mfa

import (
	"errors"
	"time"
)

// ErrLastMethod means that MFA is required, so that the account's last method stays.
var ErrLastMethod = errors.New("last method while MFA is required")

// Policy says whether everybody has to have MFA. The zero value leaves it to each.
type Policy struct {
	Required bool
	From     time.Time // zero: from the beginning
}

// RequiredAt says whether everybody has to have MFA at a time.
func (p Policy) RequiredAt(at time.Time) bool { return p.Required && !at.Before(p.From) }

// UpcomingAt says whether that is still to come.
func (p Policy) UpcomingAt(at time.Time) bool { return p.Required && at.Before(p.From) }
