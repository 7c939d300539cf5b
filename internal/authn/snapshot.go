package authn

import (
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/throttle"
)

// SnapshotQuery says whose standing is read: that of a pending sign-in by its token, of an account by its id, or of an address.
type SnapshotQuery struct {
	SignIn    secret.Text
	AccountID string
	Email     string // canonical
	Subject   string // whose guesses are counted where the address has no account

	StepUp  string      // the id of a step-up token, if any
	Browser secret.Text // the token that the browser is known by, if any
	Script  [32]byte    // the digest of a script

	Kind   throttle.Kind   // of the guess that is counted
	Bucket throttle.Bucket // that it is counted in; empty: that of the browser where it is known, and else Anyone
	At     time.Time       // a browser that is past its end is not known
}

// Snapshot is what is known of who presents proofs, read at once.
type Snapshot struct {
	Pending PendingSignIn   // where it was sought by its token; zero: there is none
	Account account.Account // zero: there is none
	Browser Device          // of the token, also past its end; zero: the account does not know it
	Counts  throttle.Counts // of the guess
	Methods []mfa.Method
	StepUp  bool       // the token is the account's, unspent and not past its end
	Head    audit.Head // of the account's activity

	RecoveryCodesLeft int // recovery codes

	// What only a reward asks for is read when the account is locked.

	ScriptDevice Device // zero: the account does not know it
	Sessions     int    // also those past a limit
	SignIns      int    // needSecond, in all buckets, also those past their end
	Failures     int    // to sign in, since the last time that did not fail
	Removal      bool   // of MFA is under way
}

// Enabled says whether signing in takes a code: read off the methods, as ever.
func (s Snapshot) Enabled() bool { return len(s.Methods) > 0 }

// factors lists what the account can give beside its password.
func (s Snapshot) factors() []throttle.Kind {
	return mfa.AvailableFactors(s.Methods, s.RecoveryCodesLeft)
}
