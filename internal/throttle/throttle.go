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

// Within is one thing that is guessed at, with tries of its own beside the account's budget: a pending sign-in. The zero
// value is none.
type Within struct {
	ID    string
	Tries int // that it takes
}

// Counts is what is counted for a guess.
type Counts struct {
	Failures int       // in its bucket, in a row
	Until    time.Time // the end of the bucket's last wait; zero: there was none
	Total    int       // of the kind, over all buckets
	Tries    int       // at what it is within
}

// None says whether there is nothing to forgive.
func (c Counts) None() bool { return c == Counts{} }

// ErrWait is matched by every *WaitError.
var ErrWait = errors.New("too many attempts")

// ErrBusy means that too many guesses of one kind are under way in one bucket.
var ErrBusy = errors.New("too many attempts at once")

// ErrTries means that the thing that was guessed at takes no more tries.
var ErrTries = errors.New("tried too often")

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

// Rules are what one conditional statement counts by.
type Rules struct {
	Free  int             // the failure of this number starts a wait
	Waits []time.Duration // that it starts, and those after it; the last stands for all later ones
	Cap   int             // of the total; zero: the kind has none
}

// Store counts.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Reserve adds a failure to the bucket, to the total and to the tries of what it is within, all by one conditional
	// statement, and answers what is counted then. Where a wait is running or one of them is full it answers what is
	// counted and false; some of it may be counted nevertheless, so that the transaction must not commit.
	Reserve(ctx context.Context, g Guess, w Within, at time.Time, r Rules) (c Counts, counted bool, err error)
	// Counts reads what is counted.
	Counts(ctx context.Context, g Guess, w Within) (Counts, error)
	// Held says whether a wait of any bucket ended after since, or a total of the kinds has reached limit.
	Held(ctx context.Context, subject string, kinds []Kind, since time.Time, limit int) (bool, error)
	// Reset forgives the bucket and the total of each guess, and the tries of what they were within.
	Reset(ctx context.Context, w Within, guesses ...Guess) error
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

// Counts reads what is counted for a guess.
func (l *Limiter) Counts(ctx context.Context, g Guess) (Counts, error) {
	c, err := l.Store.Counts(ctx, g, Within{})
	if err != nil {
		return Counts{}, fmt.Errorf("read attempts: %w", err)
	}
	return c, nil
}

// Allows says whether a guess may be judged where so much is counted: it answers a *WaitError, or ErrTries. The cap comes
// before any wait, so that nobody waits for what never comes; and the account's budget before the tries of what is
// guessed at.
func (l *Limiter) Allows(g Guess, w Within, c Counts) error {
	now := l.Now()
	switch limit := l.rules(g).Cap; {
	case limit > 0 && c.Total >= limit:
		return l.told(&WaitError{Kind: g.Kind})
	case c.Until.After(now):
		return l.told(&WaitError{For: max(c.Until.Sub(now), time.Second), Kind: g.Kind})
	case w.ID != "" && c.Tries >= w.Tries:
		return ErrTries
	}
	return nil
}

// Reserve counts the guess as a failure and answers what is left, or what Allows answers, and then nothing was counted.
// Outside a transaction it commits on its own; inside of one, the caller commits before anybody learns what the guess is
// worth, and does not where it answers an error.
func (l *Limiter) Reserve(ctx context.Context, g Guess, w Within) (Budget, error) {
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
		if err := l.Allows(g, w, c); err != nil {
			return err
		}
		return l.told(&WaitError{For: time.Second, Kind: g.Kind}) // it ended just now
	})
	if err != nil {
		return Budget{}, err
	}
	budget := Budget{Left: max(l.Limits.Free-c.Failures, 0)}
	if rules.Cap > 0 {
		budget.Left = min(budget.Left, rules.Cap-c.Total)
	}
	if c.Until.After(now) {
		budget.Wait = c.Until.Sub(now)
	}
	if w.ID != "" {
		budget = budget.AtMost(w.Tries - c.Tries)
	}
	return budget, nil
}

// rules are those of a kind. Passwords never stop.
func (l *Limiter) rules(g Guess) Rules {
	r := Rules{Free: l.Limits.Free, Waits: l.Limits.waits(), Cap: l.Limits.Cap}
	if g.Kind == Password {
		r.Cap = 0
	}
	return r
}

// Succeeded forgives the failures of each guess's kind in its bucket, and the tries of what they were within. Call it in
// the transaction that gives the reward.
func (l *Limiter) Succeeded(ctx context.Context, w Within, guesses ...Guess) error {
	if err := l.Store.Reset(ctx, w, guesses...); err != nil {
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
	c, err := l.Counts(ctx, Guess{Subject: subject, Kind: kind})
	if err != nil {
		return err
	}
	if c.Total < l.Limits.Cap {
		return nil
	}
	return l.Revive(ctx, subject, kind)
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
