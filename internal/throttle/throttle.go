// Package throttle limits attempts at credentials (NIST SP 800-63B-4 §3.2.2). Reserve counts an attempt that costs a hash as a
// failure before it is checked, so that no later rollback can undo the count, and Clear removes it after a success. A TOTP code
// is checked and counted in one transaction. Backoff applies per account, kind and bucket; in the anonymous bucket it also
// depends on the total over all buckets. A hard limit applies per account and kind. IPLimiter bounds what one client address
// may do.
package throttle

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind is a kind of credential. Each has an attempt budget of its own.
type Kind string

const (
	Password     Kind = "password"
	TOTP         Kind = "totp" // all authenticator apps of an account share it
	RecoveryCode Kind = "recovery_code"
	// RemovalCancel counts codes of either kind that cancel a removal of MFA, so that an attacker who has exhausted the other
	// budgets cannot keep the owner from cancelling.
	RemovalCancel Kind = "removal_cancel"
)

// Bucket separates the attempt budgets of an account by where an attempt comes from, so that attackers cannot lock the owner
// out.
type Bucket string

// AnonymousBucket is the bucket of attempts from neither a known device nor a live session of level aal2.
const AnonymousBucket Bucket = "anyone"

// SessionBucket returns the bucket of a live session of level aal2.
func SessionBucket(id string) Bucket { return Bucket("session:" + id) }

// DeviceBucket returns the bucket of a browser that the account knows: for passwords any that it has been signed in from
// before, for other kinds one that it has been signed in from with two factors.
func DeviceBucket(id string) Bucket { return Bucket("device:" + id) }

// Attempt identifies the counters of an attempt.
type Attempt struct {
	Subject string // an account's id, or a key for an address that has no account
	Kind    Kind
	Bucket  Bucket
}

// SubLimit is an additional attempt limit on one object, such as a pending sign-in. The zero value means no such limit.
type SubLimit struct {
	ID    string
	Tries int // the maximum
}

// Counts holds the counters of an attempt.
type Counts struct {
	Failures     int       // consecutive, in the bucket
	BlockedUntil time.Time // the end of the bucket's last backoff; zero: there was none
	Total        int       // consecutive failures of the kind, over all buckets
	Tries        int       // at the object of the SubLimit
}

// IsZero reports whether no counter is set, so that there is nothing to clear.
func (c Counts) IsZero() bool { return c == Counts{} }

// ErrThrottled is matched by every *ThrottledError.
var ErrThrottled = errors.New("too many attempts")

// ErrBusy means that too many attempts of one kind and bucket are in progress.
var ErrBusy = errors.New("too many attempts at once")

// ErrTooManyTries means that the object of a SubLimit has no tries left.
var ErrTooManyTries = errors.New("no tries left")

// ThrottledError is returned for an attempt that is not checked.
type ThrottledError struct {
	RetryAfter time.Duration // zero: waiting does not help, because the kind is locked
	Kind       Kind          // of the attempt
}

func (e *ThrottledError) Error() string {
	if e.RetryAfter == 0 {
		return "too many attempts, credential no longer accepted"
	}
	return fmt.Sprintf("too many attempts, wait %s", e.RetryAfter)
}

// Is makes errors.Is(err, ErrThrottled) hold.
func (e *ThrottledError) Is(target error) bool { return target == ErrThrottled }

// Budget is what is left after an attempt that was counted.
type Budget struct {
	Left       int           // attempts before a backoff
	RetryAfter time.Duration // zero while attempts are left
}

// Cap returns the budget with at most left attempts. If left is zero, RetryAfter is too, because waiting does not help.
func (b Budget) Cap(left int) Budget {
	if left <= 0 {
		return Budget{}
	}
	return Budget{Left: min(b.Left, left), RetryAfter: b.RetryAfter}
}

// Limits are the parameters of throttling (NIST SP 800-63B-4 §3.2.2).
type Limits struct {
	FreeAttempts int           // the failure of this number starts a backoff
	FirstBackoff time.Duration // every failure after a backoff doubles it
	MaxBackoff   time.Duration
	HardLimit    int           // consecutive failures over all buckets that lock a kind; passwords are never locked
	QueueTimeout time.Duration // how long Acquire waits; zero: until its context ends
}

// Rules are the parameters of Store.Reserve.
type Rules struct {
	FreeAttempts int             // the failure of this number starts a backoff
	Backoff      []time.Duration // of that failure and the following ones; the last applies to all later ones
	HardLimit    int             // of the total; zero: the kind has none
}

// Store holds the counters.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Reserve adds a failure to the bucket, to the total and to the tries of limit, all by one conditional statement, and
	// returns the counters. The backoff that follows depends on the failures of the bucket and, for the anonymous bucket, on
	// the total if that is higher. If a backoff is running or a limit is reached, it returns the counters and false. Some of
	// the failure may be counted nevertheless, so the transaction must not commit then.
	Reserve(ctx context.Context, a Attempt, limit SubLimit, at time.Time, r Rules) (c Counts, counted bool, err error)
	// CountTry adds one to the tries of limit, unless they have reached its maximum, by one conditional statement. It returns the
	// tries, and whether it counted.
	CountTry(ctx context.Context, subject string, limit SubLimit, at time.Time) (tries int, counted bool, err error)
	// Counts reads the counters.
	Counts(ctx context.Context, a Attempt, limit SubLimit) (Counts, error)
	// LockedSince reports whether a backoff of any bucket ended after since, or a total of the kinds has reached limit.
	LockedSince(ctx context.Context, subject string, kinds []Kind, since time.Time, limit int) (bool, error)
	// Reset clears the bucket and the total of each attempt, and the tries of limit.
	Reset(ctx context.Context, limit SubLimit, attempts ...Attempt) error
	// ResetKind clears the counters of a kind in every bucket.
	ResetKind(ctx context.Context, subject string, kind Kind) error
}

// Limiter limits attempts. Sign-in, step-up, enrollment and MFA removal share one, and so share its budgets.
type Limiter struct {
	Store  Store
	Limits Limits
	Now    func() time.Time
	// OnReject, if set, is called for every attempt that is not checked.
	OnReject func(Kind, RejectReason)

	locks keyedMutex
}

// Acquire serializes attempts of one kind and bucket within this process. Call release once the attempt is checked and, on
// success, cleared. Attempts are counted as failures before they are checked, so without this, concurrent correct ones would
// lock each other out. It returns ErrBusy after Limits.QueueTimeout, or ctx.Err().
func (l *Limiter) Acquire(ctx context.Context, a Attempt) (release func(), err error) {
	release, err = l.locks.acquire(ctx, a, l.Limits.QueueTimeout)
	if errors.Is(err, ErrBusy) {
		l.reject(a.Kind, Busy)
	}
	return release, err
}

// Counts reads the counters of an attempt.
func (l *Limiter) Counts(ctx context.Context, a Attempt) (Counts, error) {
	c, err := l.Store.Counts(ctx, a, SubLimit{})
	if err != nil {
		return Counts{}, fmt.Errorf("read attempt counters: %w", err)
	}
	return c, nil
}

// Check returns a *ThrottledError if c is at the hard limit or in backoff, and ErrTooManyTries if the sub-limit is used up.
// The hard limit is checked first, because waiting does not lift it.
func (l *Limiter) Check(a Attempt, limit SubLimit, c Counts) error {
	now := l.Now()
	switch hard := l.rules(a).HardLimit; {
	case hard > 0 && c.Total >= hard:
		return l.report(&ThrottledError{Kind: a.Kind})
	case c.BlockedUntil.After(now):
		return l.report(&ThrottledError{RetryAfter: max(c.BlockedUntil.Sub(now), time.Second), Kind: a.Kind})
	case limit.ID != "" && c.Tries >= limit.Tries:
		return ErrTooManyTries
	}
	return nil
}

// Reserve counts the attempt as a failure and returns what is left. Otherwise it returns the errors of Check, and nothing
// is counted. Outside of a transaction it commits on its own. Inside of one, the caller must commit before the user learns
// the result of the attempt, and must roll back if Reserve returns an error.
func (l *Limiter) Reserve(ctx context.Context, a Attempt, limit SubLimit) (Budget, error) {
	now, rules := l.Now(), l.rules(a)
	var c Counts
	err := l.Store.InTx(ctx, func(ctx context.Context) error {
		var counted bool
		var err error
		if c, counted, err = l.Store.Reserve(ctx, a, limit, now, rules); err != nil {
			return fmt.Errorf("reserve attempt: %w", err)
		}
		if counted {
			return nil
		}
		if err := l.Check(a, limit, c); err != nil {
			return err
		}
		return l.report(&ThrottledError{RetryAfter: time.Second, Kind: a.Kind}) // the backoff ended in between
	})
	if err != nil {
		return Budget{}, err
	}
	failures := c.Failures
	if a.Bucket == AnonymousBucket {
		failures = max(failures, c.Total)
	}
	budget := Budget{Left: max(l.Limits.FreeAttempts-failures, 0)}
	if rules.HardLimit > 0 {
		budget.Left = min(budget.Left, rules.HardLimit-c.Total)
	}
	if c.BlockedUntil.After(now) {
		budget.RetryAfter = c.BlockedUntil.Sub(now)
	}
	if limit.ID != "" {
		budget = budget.Cap(limit.Tries - c.Tries)
	}
	return budget, nil
}

// CountTry counts a use of an object of the subject, such as a step-up token, unless it has been used allowed times, and
// returns how many are left. It counts in no bucket, because a use is no failed credential. Outside of a transaction it commits
// on its own.
func (l *Limiter) CountTry(ctx context.Context, subject, id string, allowed int) (left int, counted bool, err error) {
	tries, counted, err := l.Store.CountTry(ctx, subject, SubLimit{ID: id, Tries: allowed}, l.Now())
	if err != nil {
		return 0, false, fmt.Errorf("count a try: %w", err)
	}
	if !counted {
		return 0, false, nil
	}
	return allowed - tries, true, nil
}

// rules returns the parameters for the kind of an attempt. Passwords have no hard limit, and therefore no total. They need none:
// a bucket besides the anonymous one takes the current password.
func (l *Limiter) rules(a Attempt) Rules {
	r := Rules{FreeAttempts: l.Limits.FreeAttempts, Backoff: l.Limits.backoff(), HardLimit: l.Limits.HardLimit}
	if a.Kind == Password {
		r.HardLimit = 0
	}
	return r
}

// Clear clears the failures of each attempt's kind in its bucket, and the tries of limit. Call it in the transaction that
// grants what the attempt is for.
func (l *Limiter) Clear(ctx context.Context, limit SubLimit, attempts ...Attempt) error {
	if err := l.Store.Reset(ctx, limit, attempts...); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

// Unlock clears the failures of a kind in every bucket.
func (l *Limiter) Unlock(ctx context.Context, subject string, kind Kind) error {
	if err := l.Store.ResetKind(ctx, subject, kind); err != nil {
		return fmt.Errorf("unlock credential: %w", err)
	}
	return nil
}

// LockedSince reports whether attempts of these kinds were in backoff at some moment after since, in any bucket, or are at
// the hard limit.
func (l *Limiter) LockedSince(ctx context.Context, subject string, since time.Time, kinds ...Kind) (bool, error) {
	locked, err := l.Store.LockedSince(ctx, subject, kinds, since, l.Limits.HardLimit)
	if err != nil {
		return false, fmt.Errorf("look for backoffs: %w", err)
	}
	return locked, nil
}

// UnlockIfLockedOut calls Unlock if the kind is at the hard limit. Otherwise the kind keeps its counters and backoff.
func (l *Limiter) UnlockIfLockedOut(ctx context.Context, subject string, kind Kind) error {
	c, err := l.Counts(ctx, Attempt{Subject: subject, Kind: kind})
	if err != nil {
		return err
	}
	if c.Total < l.Limits.HardLimit {
		return nil
	}
	return l.Unlock(ctx, subject, kind)
}

// backoff lists the backoff that each failure from number FreeAttempts on starts: doubling, up to MaxBackoff.
func (l Limits) backoff() []time.Duration {
	backoff := []time.Duration{min(l.FirstBackoff, l.MaxBackoff)}
	for d := l.FirstBackoff; d < l.MaxBackoff; {
		d += min(d, l.MaxBackoff-d)
		backoff = append(backoff, d)
	}
	return backoff
}
