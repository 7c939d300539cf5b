// Package session manages sessions: an account signed in on a device, with the factors it was signed in with. Create is the
// only function that creates one, Resume finds it by its token, and idle and absolute limits end it. The level of a session
// is always derived from its factors.
package session

import (
	"slices"
	"time"
)

// ACR is the authentication assurance level of one event (NIST SP 800-63B-4 §2).
type ACR string

const (
	AAL1 ACR = "aal1" // one factor
	AAL2 ACR = "aal2" // two factors
)

// AMR lists the authentication methods of one event (RFC 8176 §2).
type AMR []string

const (
	PWD = "pwd" // a password
	OTP = "otp" // a one-time password: a code of an authenticator app, or a recovery code
	MFA = "mfa" // more than one factor
)

// AMRFor returns the AMR of a password, with or without a code. RFC 8176 §2 defines "otp" as a one-time password and names
// RFC 4226 and RFC 6238 among its specifications. It has no value for a look-up secret, so a recovery code, which is
// single-use, counts as "otp" too.
func AMRFor(withCode bool) AMR {
	if withCode {
		return AMR{PWD, OTP, MFA}
	}
	return AMR{PWD}
}

// ACR returns the level that the methods reach. It is always derived, never stored.
func (a AMR) ACR() ACR {
	if slices.Contains(a, MFA) {
		return AAL2
	}
	return AAL1
}

// Delivery is how a session token is delivered to the client and sent back.
type Delivery string

const (
	Cookie Delivery = "cookie" // for the page
	Token  Delivery = "token"  // a bearer token, for scripts
)

// Session is an account signed in on a device.
type Session struct {
	ID             string
	AccountID      string
	Delivery       Delivery
	AMR            AMR
	AuthTime       time.Time // when the credentials were presented
	CreatedAt      time.Time
	LastUsedAt     time.Time
	AbsoluteExpiry time.Time // the session ends then even if it is used
	IP             string
	UserAgent      string
}

// Limits bound the lifetime and the number of sessions.
type Limits struct {
	AAL1Idle, AAL1Absolute time.Duration
	AAL2Idle, AAL2Absolute time.Duration
	PerAccount             int // one more ends the oldest
}

func (l Limits) idle(a ACR) time.Duration {
	if a == AAL2 {
		return l.AAL2Idle
	}
	return l.AAL1Idle
}

func (l Limits) absolute(a ACR) time.Duration {
	if a == AAL2 {
		return l.AAL2Absolute
	}
	return l.AAL1Absolute
}

// ExpiresAt returns when the session ends if it is not used again: the earlier one of its idle and absolute limits.
func (l Limits) ExpiresAt(s Session) time.Time {
	idle := s.LastUsedAt.Add(l.idle(s.AMR.ACR()))
	if idle.Before(s.AbsoluteExpiry) {
		return idle
	}
	return s.AbsoluteExpiry
}
