// Package throttle counts a guess before it is judged, so that nothing that happens later can forgive it.
package throttle

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind is the kind of proof that is guessed at; each has a budget of its own.
type Kind string

const (
	Password     Kind = "password"
	TOTP         Kind = "totp" // all authenticator apps of an account together
	RecoveryCode Kind = "recovery_code"
	// RemovalCancel is codes of either kind that cancel a removal of MFA: whoever spent the other budgets cannot keep the
	// owner from that.
	RemovalCancel Kind = "removal_cancel"
)

// Bucket parts the budgets of the people who may be guessing, so that a stranger cannot lock the owner out.
type Bucket string

// AnonymousBucket is the bucket of everybody who has shown nothing yet.
const AnonymousBucket Bucket = "anyone"

// SessionBucket is the bucket of one live session of level aal2.
func SessionBucket(id string) Bucket { return Bucket("session:" + id) }

// DeviceBucket is the bucket of one browser that the account was signed in with before.
func DeviceBucket(id string) Bucket { return Bucket("device:" + id) }

// Attempt says whose proof of which kind is tried from where.
type Attempt struct {
	Subject string // an account's id, or a name for an address that has no account
	Kind    Kind
	Bucket  Bucket
}

// SubLimit is one thing that is guessed at, with tries of its own beside the account's budget: a pending sign-in. The zero
// value is none.
type SubLimit struct {
	ID    string
	Tries int // that it takes
}

// Counts is what is counted for a guess.
type Counts struct {
	Failures     int       // in its bucket, in a row
	BlockedUntil time.Time // the end of the bucket's last wait; zero: there was none
	Total        int       // of the kind, over all buckets
	Tries        int       // at what it is within
}

// IsZero says whether there is nothing to forgive.
func (c Counts) IsZero() bool { return c == Counts{} }

// ErrThrottled is matched by every *WaitError.
var ErrThrottled = errors.New("too many attempts")

// ErrBusy means that too many guesses of one kind are under way in one bucket.
var ErrBusy = errors.New("too many attempts at once")

// ErrTooManyTries means that the thing that was guessed at takes no more tries.
var ErrTooManyTries = errors.New("tried too often")

// ThrottledError says when the next try will be looked at.
type ThrottledError struct {
	RetryAfter time.Duration // zero: waiting does not help, the kind is no longer accepted
	Kind       Kind          // of the guess
}

func (e *ThrottledError) Error() string {
	if e.RetryAfter == 0 {
		return "too many attempts, proof no longer accepted"
	}
	return fmt.Sprintf("too many attempts, wait %s", e.RetryAfter)
}

// Is makes errors.Is(err, ErrWait) hold.
func (e *ThrottledError) Is(target error) bool { return target == ErrThrottled }

// Budget is what is left after a try that was counted.
type Budget struct {
	Left       int           // tries before a wait
	RetryAfter time.Duration // zero while tries are left
}

// Cap is the budget where no more than left tries remain for another reason. When none does, there is nothing to wait
// for.
func (b Budget) Cap(left int) Budget {
	if left <= 0 {
		return Budget{}
	}
	return Budget{Left: min(b.Left, left), RetryAfter: b.RetryAfter}
}

// Limits are the rules of counting (NIST SP 800-63B-4 §3.2.2).
type Limits struct {
	FreeAttempts int           // the failure of this number starts a wait
	FirstBackoff time.Duration // the first wait; every failure after a wait doubles it
	MaxBackoff   time.Duration
	HardLimit    int // consecutive failures over all buckets after which a kind stops being accepted; passwords never stop
	// QueueTimeout is how long a guess waits for others of its kind and bucket; zero: as long as its context.
	QueueTimeout time.Duration
}

// Rules are what one conditional statement counts by.
type Rules struct {
	FreeAttempts int             // the failure of this number starts a wait
	Backoff      []time.Duration // that it starts, and those after it; the last stands for all later ones
	HardLimit    int             // of the total; zero: the kind has none
}

// Store counts.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Reserve adds a failure to the bucket, to the total and to the tries of what it is within, all by one conditional
	// statement, and answers what is counted then. Where a wait is running or one of them is full it answers what is
	// counted and false; some of it may be counted nevertheless, so that the transaction must not commit.
	Reserve(ctx context.Context, g Attempt, w SubLimit, at time.Time, r Rules) (c Counts, counted bool, err error)
	// Counts reads what is counted.
	Counts(ctx context.Context, g Attempt, w SubLimit) (Counts, error)
	// LockedSince says whether a wait of any bucket ended after since, or a total of the kinds has reached limit.
	Held(ctx context.Context, subject string, kinds []Kind, since time.Time, limit int) (bool, error)
	// Reset forgives the bucket and the total of each guess, and the tries of what they were within.
	Reset(ctx context.Context, w SubLimit, guesses ...Attempt) error
	ResetKind(ctx context.Context, subject string, kind Kind) error
}

// Limiter is the one attempt budget that sign-in, step-up and enrollment share.
type Limiter struct {
	Store  Store
	Limits Limits
	Now    func() time.Time
	// OnReject, where it is set, is told of every guess that was not looked at.
	OnReject func(Kind, RejectReason)

	locks keyedMutex
}

// Acquire lets one guess of a kind and bucket be under way at a time in this process; call done when it is judged and, if
// it was right, forgiven. Without turns, right proofs that come at once would be taken for failures of each other: what
// is under way is counted already. It answers ErrBusy after Limits.Patience, or the context's error when that ends first.
func (l *Limiter) Acquire(ctx context.Context, g Attempt) (done func(), err error) {
	done, err = l.locks.acquire(ctx, g, l.Limits.QueueTimeout)
	if errors.Is(err, ErrBusy) {
		l.reportError(g.Kind, Busy)
	}
	return done, err
}

// Counts reads what is counted for a guess.
func (l *Limiter) Counts(ctx context.Context, g Attempt) (Counts, error) {
	c, err := l.Store.Counts(ctx, g, SubLimit{})
	if err != nil {
		return Counts{}, fmt.Errorf("read attempts: %w", err)
	}
	return c, nil
}

// Check says whether a guess may be judged where so much is counted: it answers a *WaitError, or ErrTries. The cap comes
// before any wait, so that nobody waits for what never comes; and the account's budget before the tries of what is
// guessed at.
func (l *Limiter) Check(g Attempt, w SubLimit, c Counts) error {
	now := l.Now()
	switch limit := l.rules(g).HardLimit; {
	case limit > 0 && c.Total >= limit:
		return l.report(&ThrottledError{Kind: g.Kind})
	case c.BlockedUntil.After(now):
		return l.report(&ThrottledError{RetryAfter: max(c.BlockedUntil.Sub(now), time.Second), Kind: g.Kind})
	case w.ID != "" && c.Tries >= w.Tries:
		return ErrTooManyTries
	}
	return nil
}

// Reserve counts the guess as a failure and answers what is left, or what Allows answers, and then nothing was counted.
// Outside a transaction it commits on its own; inside of one, the caller commits before anybody learns what the guess is
// worth, and does not where it answers an error.
func (l *Limiter) Reserve(ctx context.Context, g Attempt, w SubLimit) (Budget, error) {
	now, rules := l.Now(), l.rules(g)
	var c Counts
	err := l.Store.InTx(ctx, func(ctx context.Context) error {
		var counted bool
		var err error
		if c, counted, err = l.Store.Reserve(ctx, g, w, now, rules); err != nil {
			return fmt.Errorf("reserve attempt: %w", err)
		}
		if counted {
			return nil
		}
		if err := l.Check(g, w, c); err != nil {
			return err
		}
		return l.report(&ThrottledError{RetryAfter: time.Second, Kind: g.Kind}) // it ended just now
	})
	if err != nil {
		return Budget{}, err
	}
	budget := Budget{Left: max(l.Limits.FreeAttempts-c.Failures, 0)}
	if rules.HardLimit > 0 {
		budget.Left = min(budget.Left, rules.HardLimit-c.Total)
	}
	if c.BlockedUntil.After(now) {
		budget.RetryAfter = c.BlockedUntil.Sub(now)
	}
	if w.ID != "" {
		budget = budget.Cap(w.Tries - c.Tries)
	}
	return budget, nil
}

// rules are those of a kind. Passwords never stop.
func (l *Limiter) rules(g Attempt) Rules {
	r := Rules{FreeAttempts: l.Limits.FreeAttempts, Backoff: l.Limits.backoff(), HardLimit: l.Limits.HardLimit}
	if g.Kind == Password {
		r.HardLimit = 0
	}
	return r
}

// Clear forgives the failures of each guess's kind in its bucket, and the tries of what they were within. Call it in
// the transaction that gives the reward.
func (l *Limiter) Clear(ctx context.Context, w SubLimit, guesses ...Attempt) error {
	if err := l.Store.Reset(ctx, w, guesses...); err != nil {
		return fmt.Errorf("reset attempts: %w", err)
	}
	return nil
}

// Unlock forgives all failures of a kind in every bucket: what an operator does.
func (l *Limiter) Unlock(ctx context.Context, subject string, kind Kind) error {
	if err := l.Store.ResetKind(ctx, subject, kind); err != nil {
		return fmt.Errorf("revive proof: %w", err)
	}
	return nil
}

// LockedSince says whether the account's proofs of these kinds had to wait at some moment after since, in any bucket, or are no
// longer accepted.
func (l *Limiter) LockedSince(ctx context.Context, subject string, since time.Time, kinds ...Kind) (bool, error) {
	held, err := l.Store.Held(ctx, subject, kinds, since, l.Limits.HardLimit)
	if err != nil {
		return false, fmt.Errorf("look for waits: %w", err)
	}
	return held, nil
}

// UnlockIfCapped is Revive for a kind that is no longer accepted; one that is accepted keeps its count and its waits.
func (l *Limiter) UnlockIfCapped(ctx context.Context, subject string, kind Kind) error {
	c, err := l.Counts(ctx, Attempt{Subject: subject, Kind: kind})
	if err != nil {
		return err
	}
	if c.Total < l.Limits.HardLimit {
		return nil
	}
	return l.Unlock(ctx, subject, kind)
}

// backoff lists the wait that each failure from number Free on starts: doubling, up to MaxWait.
func (l Limits) backoff() []time.Duration {
	waits := []time.Duration{min(l.FirstBackoff, l.MaxBackoff)}
	for d := l.FirstBackoff; d < l.MaxBackoff; {
		d += min(d, l.MaxBackoff-d)
		waits = append(waits, d)
	}
	return waits
}
