// Package throttle counts a guess before it is judged, so that nothing that happens later can forgive it.
package throttle

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// Anyone is the bucket of everybody who has shown nothing yet.
const Anyone Bucket = "anyone"

// SessionBucket is the bucket of one live session of level aal2.
func SessionBucket(id string) Bucket { return Bucket("session:" + id) }

// DeviceBucket is the bucket of one browser that the account was signed in with before.
func DeviceBucket(id string) Bucket { return Bucket("device:" + id) }

// Guess says whose proof of which kind is tried from where.
type Guess struct {
	Subject string // an account's id, or a name for an address that has no account
	Kind    Kind
	Bucket  Bucket
}

// ErrWait is matched by every *WaitError.
var ErrWait = errors.New("too many attempts")

// ErrBusy means that too many guesses of one kind are under way in one bucket.
var ErrBusy = errors.New("too many attempts at once")

// WaitError says when the next try will be looked at.
type WaitError struct {
	For  time.Duration // zero: waiting does not help, the kind is no longer accepted
	Kind Kind          // of the guess
}

func (e *WaitError) Error() string {
	if e.For == 0 {
		return "too many attempts, proof no longer accepted"
	}
	return fmt.Sprintf("too many attempts, wait %s", e.For)
}

// Is makes errors.Is(err, ErrWait) hold.
func (e *WaitError) Is(target error) bool { return target == ErrWait }

// Budget is what is left after a try that was counted.
type Budget struct {
	Left int           // tries before a wait
	Wait time.Duration // zero while tries are left
}

// AtMost is the budget where no more than left tries remain for another reason. When none does, there is nothing to wait
// for.
func (b Budget) AtMost(left int) Budget {
	if left <= 0 {
		return Budget{}
	}
	return Budget{Left: min(b.Left, left), Wait: b.Wait}
}

// Limits are the rules of counting (NIST SP 800-63B-4 §3.2.2).
type Limits struct {
	Free    int           // the failure of this number starts a wait
	Wait    time.Duration // the first wait; every failure after a wait doubles it
	MaxWait time.Duration
	Cap     int // consecutive failures over all buckets after which a kind stops being accepted; passwords never stop
	// Patience is how long a guess waits for others of its kind and bucket; zero: as long as its context.
	Patience time.Duration
}

// Store counts. Reserve is one conditional statement: it adds a failure unless a wait is running or the cap is reached.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Reserve answers the failures counted so far, this one included, or a running wait's end with counted = false.
	// Waits[i] is how long a wait the failure number Free+i starts; the last stands for all later ones.
	Reserve(ctx context.Context, g Guess, at time.Time, free int, waits []time.Duration) (failures int, until time.Time, counted bool, err error)
	// Total is the account's total of the kind, over all buckets.
	Total(ctx context.Context, g Guess) (failures int, err error)
	// ReserveTotal adds a failure to that total unless it reached limit.
	ReserveTotal(ctx context.Context, g Guess, at time.Time, limit int) (counted bool, err error)
	// Until answers the end of a running wait, or zero.
	Until(ctx context.Context, g Guess, at time.Time) (time.Time, error)
	// Held says whether a wait of any bucket ended after since, or a total of the kinds has reached limit.
	Held(ctx context.Context, subject string, kinds []Kind, since time.Time, limit int) (bool, error)
	Reset(ctx context.Context, g Guess) error
	ResetKind(ctx context.Context, subject string, kind Kind) error
}

// Limiter is the one attempt budget that sign-in, step-up and enrollment share.
type Limiter struct {
	Store  Store
	Limits Limits
	Now    func() time.Time
	// Refused, where it is set, is told of every guess that was not looked at.
	Refused func(Kind, Refusal)

	turns turns
}

// Turn lets one guess of a kind and bucket be under way at a time in this process; call done when it is judged and, if
// it was right, forgiven. Without turns, right proofs that come at once would be taken for failures of each other: what
// is under way is counted already. It answers ErrBusy after Limits.Patience, or the context's error when that ends first.
func (l *Limiter) Turn(ctx context.Context, g Guess) (done func(), err error) {
	done, err = l.turns.take(ctx, g, l.Limits.Patience)
	if errors.Is(err, ErrBusy) {
		l.tell(g.Kind, Crowded)
	}
	return done, err
}

// Check answers a *WaitError while a wait is running. It counts nothing: it spares the costly work before Reserve.
func (l *Limiter) Check(ctx context.Context, g Guess) error {
	now := l.Now()
	until, err := l.Store.Until(ctx, g, now)
	if err != nil {
		return fmt.Errorf("check attempts: %w", err)
	}
	if until.After(now) {
		return l.told(&WaitError{For: until.Sub(now), Kind: g.Kind})
	}
	return nil
}

// Reserve counts the guess as a failure and answers what is left, or a *WaitError, and then nothing was counted. Outside
// a transaction it commits on its own. Judge the proof afterwards, and call Succeeded if it was right.
func (l *Limiter) Reserve(ctx context.Context, g Guess) (Budget, error) {
	now := l.Now()
	var budget Budget
	err := l.Store.InTx(ctx, func(ctx context.Context) error {
		left, err := l.underCap(ctx, g)
		if err != nil {
			return err
		}
		failures, until, counted, err := l.Store.Reserve(ctx, g, now, l.Limits.Free, l.Limits.waits())
		if err != nil {
			return fmt.Errorf("reserve attempt: %w", err)
		}
		if !counted {
			return &WaitError{For: max(until.Sub(now), time.Second), Kind: g.Kind}
		}
		budget = Budget{Left: min(max(l.Limits.Free-failures, 0), left-1)}
		if until.After(now) {
			budget.Wait = until.Sub(now)
		}
		if g.Kind == Password {
			return nil
		}
		counted, err = l.Store.ReserveTotal(ctx, g, now, l.Limits.Cap)
		if err != nil {
			return fmt.Errorf("reserve attempt: %w", err)
		}
		if !counted {
			return &WaitError{Kind: g.Kind}
		}
		return nil
	})
	return budget, l.told(err)
}

// underCap answers how many guesses are left before the kind stops being accepted, or a *WaitError without an end: the
// cap comes before any wait, so that nobody waits for what never comes. Passwords never stop.
func (l *Limiter) underCap(ctx context.Context, g Guess) (int, error) {
	if g.Kind == Password {
		return math.MaxInt, nil
	}
	total, err := l.Store.Total(ctx, g)
	if err != nil {
		return 0, fmt.Errorf("read attempts: %w", err)
	}
	if total >= l.Limits.Cap {
		return 0, &WaitError{Kind: g.Kind}
	}
	return l.Limits.Cap - total, nil
}

// Succeeded forgives the failures of this kind in this bucket. Call it in the transaction that gives the reward.
func (l *Limiter) Succeeded(ctx context.Context, g Guess) error {
	if err := l.Store.Reset(ctx, g); err != nil {
		return fmt.Errorf("reset attempts: %w", err)
	}
	return nil
}

// Revive forgives all failures of a kind in every bucket: what an operator does.
func (l *Limiter) Revive(ctx context.Context, subject string, kind Kind) error {
	if err := l.Store.ResetKind(ctx, subject, kind); err != nil {
		return fmt.Errorf("revive proof: %w", err)
	}
	return nil
}

// Held says whether the account's proofs of these kinds had to wait at some moment after since, in any bucket, or are no
// longer accepted.
func (l *Limiter) Held(ctx context.Context, subject string, since time.Time, kinds ...Kind) (bool, error) {
	held, err := l.Store.Held(ctx, subject, kinds, since, l.Limits.Cap)
	if err != nil {
		return false, fmt.Errorf("look for waits: %w", err)
	}
	return held, nil
}

// ReviveAtCap is Revive for a kind that is no longer accepted; one that is accepted keeps its count and its waits.
func (l *Limiter) ReviveAtCap(ctx context.Context, subject string, kind Kind) error {
	_, err := l.underCap(ctx, Guess{Subject: subject, Kind: kind})
	if errors.Is(err, ErrWait) {
		return l.Revive(ctx, subject, kind)
	}
	return err
}

// waits lists the wait that each failure from number Free on starts: doubling, up to MaxWait.
func (l Limits) waits() []time.Duration {
	waits := []time.Duration{min(l.Wait, l.MaxWait)}
	for d := l.Wait; d < l.MaxWait; {
		d += min(d, l.MaxWait-d)
		waits = append(waits, d)
	}
	return waits
}
