// Package session knows who is signed in, on which device, and by which proofs.
package session

import (
	"slices"
	"time"
)

// ACR says how well presence was proven: by one factor or by two (NIST SP 800-63B-4 §2).
type ACR string

const (
	AAL1 ACR = "aal1"
	AAL2 ACR = "aal2"
)

// AMR lists the proofs of one event (RFC 8176 §2).
type AMR []string

const (
	PWD = "pwd" // a password
	OTP = "otp" // a one-time password: a code of an authenticator app, or a recovery code
	MFA = "mfa" // more than one factor
)

// AMRFor lists what a password, and a code where there was one, amount to. RFC 8176 §2 defines "otp" as a one-time
// password that RFC 4226 and RFC 6238 are among the specifications of, and has no name for a look-up secret: a recovery
// code, which works once, is one too.
func AMRFor(withCode bool) AMR {
	if withCode {
		return AMR{PWD, OTP, MFA}
	}
	return AMR{PWD}
}

// ACR is always read off the proofs, never stored beside them.
func (a AMR) ACR() ACR {
	if slices.Contains(a, MFA) {
		return AAL2
	}
	return AAL1
}

// Delivery is how a session's token travels.
type Delivery string

const (
	Cookie Delivery = "cookie"
	Token  Delivery = "token"
)

// Session is an account signed in on a device.
type Session struct {
	ID             string
	AccountID      string
	Delivery       Delivery
	AMR            AMR
	AuthTime       time.Time // when the proofs were given
	CreatedAt      time.Time
	LastUsedAt     time.Time
	AbsoluteExpiry time.Time // the absolute limit
	IP             string
	UserAgent      string
}

// Limits bound sessions in time and number.
type Limits struct {
	AAL1Idle, AAL1Absolute time.Duration
	AAL2Idle, AAL2Absolute time.Duration
	PerAccount             int // the oldest ends when there would be more
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

// ExpiresAt is when the session ends unless it is used again, and at the latest.
func (l Limits) ExpiresAt(s Session) time.Time {
	idle := s.LastUsedAt.Add(l.idle(s.AMR.ACR()))
	if idle.Before(s.AbsoluteExpiry) {
		return idle
	}
	return s.AbsoluteExpiry
}
