// Package restorefence knows how far a database has come, so that one that was restored from a backup is noticed, and puts a
// fence between what was and what comes: behind it nothing works any more that may have been used or ended since the backup.
package restorefence

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

// Generation is how far a database has come.
type Generation struct {
	Lineage           string // the same in all copies of one database
	Number            int64  // 1, and one more with each fence
	StartedAt         time.Time
	Heartbeat         int64 // one more with each minute in which a server ran
	HeartbeatAt       time.Time
	StorageID         string // where its tables lay when it began; empty: that cannot be told
	RestoreReason     RestoreReason
	RestoreDetectedAt time.Time
}

// RestoreReason is why a database is taken for a restored one; empty: it is not.
type RestoreReason string

const (
	BackupCopy RestoreReason = "backup"  // it says so itself: twofold backup made it
	Recreated  RestoreReason = "moved"   // its tables were made anew, as by pg_restore
	Stale      RestoreReason = "behind"  // it was further when somebody here saw it last
	Different  RestoreReason = "another" // somebody here saw another database in its place
)

// String says it to an operator.
func (d RestoreReason) String() string {
	switch d {
	case BackupCopy:
		return "it is a copy that twofold backup made"
	case Recreated:
		return "its tables were made anew since it was served, as pg_restore does"
	case Stale:
		return "it is older than what was served here before"
	case Different:
		return "another database was served here before"
	}
	return string(d)
}

// ErrNone means that the database does not say yet how far it has come.
var ErrNone = errors.New("no epoch has begun")

// Store keeps how far the database has come, and ends what a fence ends.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Generation answers ErrNone before there is one.
	Generation(ctx context.Context) (Generation, error)
	// Begin keeps the first epoch, unless there is one.
	Begin(ctx context.Context, e Generation) error
	// Renew puts the next epoch in the place of the one of this number, and says whether that was still there.
	Renew(ctx context.Context, e Generation, before int64) (renewed bool, err error)
	// Advance moves the beat on, unless it moved after since and not after at.
	Advance(ctx context.Context, at, since time.Time) error
	// RecordReason notes the epoch's doubt, unless there is one already or another epoch has begun.
	RecordReason(ctx context.Context, e Generation) error
	// StorageID says where the tables lie, or nothing where that means nothing.
	StorageID(ctx context.Context) (string, error)
	// HasAccounts says whether there is any account.
	HasAccounts(ctx context.Context) (bool, error)
	// LockAllAccounts lets nobody change any account's proofs until the transaction ends.
	LockAllAccounts(ctx context.Context) error
	// RevokeAll ends every session, sign-in, step-up token, mailed link, address that waits, enrollment and removal of MFA,
	// has every code up to a step used, and makes every known device a stranger.
	RevokeAll(ctx context.Context, at time.Time, used totp.Step) (Revoked, error)
	// InvalidateRecoveryCodes makes every recovery code worthless, and lists whose there were.
	InvalidateRecoveryCodes(ctx context.Context, at time.Time) (accountIDs []string, err error)
}

// Keys changes who signs.
type Keys interface {
	// RevokeAll revokes every signing key, and answers a new one that signs at once.
	RevokeAll(ctx context.Context) (signs keyring.Key, err error)
}

// Notices tells people.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
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

	seen     Watermark // by this process
	restored atomic.Bool
}

// Open begins the first epoch of a database that has none.
func (s *Service) Open(ctx context.Context) error {
	_, err := s.Store.Generation(ctx)
	if !errors.Is(err, ErrNone) {
		return err
	}
	place, err := s.Store.StorageID(ctx)
	if err != nil {
		return fmt.Errorf("look where the tables lie: %w", err)
	}
	if err := s.Store.Begin(ctx, Generation{Lineage: s.NewID(), Number: 1, StartedAt: s.Now(), StorageID: place}); err != nil {
		return fmt.Errorf("begin the first epoch: %w", err)
	}
	return nil
}

// RestoreReason says why the database is taken for a restored one, as the last Tick found and as long as nobody fences.
func (s *Service) RestoreReason(ctx context.Context) (RestoreReason, error) {
	if !s.restored.Load() {
		return "", nil
	}
	e, err := s.Store.Generation(ctx)
	if err != nil {
		return "", err
	}
	s.restored.Store(e.RestoreReason != "")
	return e.RestoreReason, nil
}
