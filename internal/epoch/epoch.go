// Package epoch knows how far a database has come, so that one that was restored from a backup is noticed, and puts a
// fence between what was and what comes: behind it nothing works any more that may have been used or ended since the backup.
package epoch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"twofold/internal/audit"
	"twofold/internal/keyring"
	"twofold/internal/notify"
	"twofold/internal/totp"
)

// Epoch is how far a database has come.
type Epoch struct {
	Lineage   string // the same in all copies of one database
	Number    int64  // 1, and one more with each fence
	BegunAt   time.Time
	Beat      int64 // one more with each minute in which a server ran
	BeatAt    time.Time
	Place     string // where its tables lay when it began; empty: that cannot be told
	Doubt     Doubt
	DoubtedAt time.Time
}

// Doubt is why a database is taken for a restored one; empty: it is not.
type Doubt string

const (
	Copied  Doubt = "backup"  // it says so itself: twofold backup made it
	Moved   Doubt = "moved"   // its tables were made anew, as by pg_restore
	Behind  Doubt = "behind"  // it was further when somebody here saw it last
	Another Doubt = "another" // somebody here saw another database in its place
)

// String says it to an operator.
func (d Doubt) String() string {
	switch d {
	case Copied:
		return "it is a copy that twofold backup made"
	case Moved:
		return "its tables were made anew since it was served, as pg_restore does"
	case Behind:
		return "it is older than what was served here before"
	case Another:
		return "another database was served here before"
	}
	return string(d)
}

// ErrNone means that the database does not say yet how far it has come.
var ErrNone = errors.New("no epoch has begun")

// Store keeps how far the database has come, and ends what a fence ends.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Epoch answers ErrNone before there is one.
	Epoch(ctx context.Context) (Epoch, error)
	// Begin keeps the first epoch, unless there is one.
	Begin(ctx context.Context, e Epoch) error
	// Renew puts the next epoch in the place of the one of this number, and says whether that was still there.
	Renew(ctx context.Context, e Epoch, before int64) (renewed bool, err error)
	// Advance moves the beat on, unless it moved after since and not after at.
	Advance(ctx context.Context, at, since time.Time) error
	// Suspect notes the epoch's doubt, unless there is one already or another epoch has begun.
	Suspect(ctx context.Context, e Epoch) error
	// Place says where the tables lie, or nothing where that means nothing.
	Place(ctx context.Context) (string, error)
	// Peopled says whether there is any account.
	Peopled(ctx context.Context) (bool, error)
	// Halt lets nobody change any account's proofs until the transaction ends.
	Halt(ctx context.Context) error
	// EndAll ends every session, sign-in, step-up token, mailed link, address that waits, enrollment and removal of MFA,
	// has every code up to a step used, and makes every known device a stranger.
	EndAll(ctx context.Context, at time.Time, used totp.Step) (Ended, error)
	// Retire makes every recovery code worthless, and lists whose there were.
	Retire(ctx context.Context, at time.Time) (accountIDs []string, err error)
}

// Keys changes who signs.
type Keys interface {
	// Replace revokes every signing key, and answers a new one that signs at once.
	Replace(ctx context.Context) (signs keyring.Key, err error)
}

// Notices tells people.
type Notices interface {
	Post(ctx context.Context, n notify.Notice) (mails int, err error)
}

// Service watches how far the database comes, and fences.
type Service struct {
	Store   Store
	Keys    Keys
	Notices Notices
	Audit   audit.Log
	Log     *slog.Logger
	File    string // where it is noted beside the database; empty: nowhere
	Now     func() time.Time
	NewID   func() string

	seen    Mark // by this process
	doubted atomic.Bool
}

// Open begins the first epoch of a database that has none.
func (s *Service) Open(ctx context.Context) error {
	_, err := s.Store.Epoch(ctx)
	if !errors.Is(err, ErrNone) {
		return err
	}
	place, err := s.Store.Place(ctx)
	if err != nil {
		return fmt.Errorf("look where the tables lie: %w", err)
	}
	if err := s.Store.Begin(ctx, Epoch{Lineage: s.NewID(), Number: 1, BegunAt: s.Now(), Place: place}); err != nil {
		return fmt.Errorf("begin the first epoch: %w", err)
	}
	return nil
}

// Doubt says why the database is taken for a restored one, as the last Tick found and as long as nobody fences.
func (s *Service) Doubt(ctx context.Context) (Doubt, error) {
	if !s.doubted.Load() {
		return "", nil
	}
	e, err := s.Store.Epoch(ctx)
	if err != nil {
		return "", err
	}
	s.doubted.Store(e.Doubt != "")
	return e.Doubt, nil
}
