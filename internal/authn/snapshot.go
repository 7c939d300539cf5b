package authn

import (
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/throttle"
)

// SnapshotQuery selects the account of a snapshot: by the token of a pending sign-in, by its id, or by its address.
type SnapshotQuery struct {
	SignIn    secret.Text
	AccountID string
	Email     string // canonical
	Subject   string // whose attempts are counted if the address has no account

	StepUp  string      // the id of a step-up token, if any
	Browser secret.Text // the browser's device token, if any
	Script  [32]byte    // the digest of a script

	Kind   throttle.Kind   // of the attempt whose counters are read
	Bucket throttle.Bucket // of that attempt; empty: the browser's if it has one for Kind, otherwise throttle.AnonymousBucket
	At     time.Time       // a browser that expired before is not known
}

// Snapshot is everything that a credential check needs, read in one round trip.
type Snapshot struct {
	Pending PendingSignIn   // if it was selected by its token; zero: there is none
	Account account.Account // zero: there is none
	Browser Device          // of the device token, even if expired; zero: the account does not know it
	Counts  throttle.Counts // of the attempt
	Methods []mfa.Method
	StepUp  bool       // the step-up token belongs to the account, is not consumed and has not expired
	Head    audit.Head // of the account's activity

	RecoveryCodesLeft int

	// The rest is read only while the account is locked, because only a success needs it.

	ScriptDevice Device // zero: the account does not know it
	Sessions     int    // including expired ones
	SignIns      int    // pending, in all buckets, including expired ones
	Failures     int    // to sign in, since the last success
	Removal      bool   // a removal of MFA is pending
}

// Enabled reports whether signing in needs a second factor. It is always derived from the methods.
func (s Snapshot) Enabled() bool { return len(s.Methods) > 0 }

// factors lists the second factors that the account can present.
func (s Snapshot) factors() []throttle.Kind {
	return mfa.AvailableFactors(s.Methods, s.RecoveryCodesLeft)
}
