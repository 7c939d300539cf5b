// Package restorefence detects that the database was restored from a backup, by comparing a heartbeat stored in it with
// a copy kept outside (the watermark). The fence then revokes everything that may have been used or revoked since the
// backup: sessions, pending sign-ins, step-up tokens, links, unconfirmed addresses, enrollments, MFA removals, TOTP
// steps, recovery codes and known devices. [Service.Run] is the detector and [Service.Fence] the command.
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

// Generation identifies one history of a database, and how far it has advanced.
type Generation struct {
	Lineage           string // random id, the same in all copies of one database
	Number            int64  // 1, incremented by each fence
	StartedAt         time.Time
	Heartbeat         int64 // incremented every minute while a server runs
	HeartbeatAt       time.Time
	StorageID         string // where its tables were stored at its start; empty if unknown
	RestoreReason     RestoreReason
	RestoreDetectedAt time.Time
}

// RestoreReason is why the database is considered restored. Empty means that it is not.
type RestoreReason string

const (
	BackupCopy RestoreReason = "backup"  // marked as a copy by twofold backup
	Recreated  RestoreReason = "moved"   // its tables were recreated, as pg_restore does
	Stale      RestoreReason = "behind"  // its heartbeat is behind the watermark
	Different  RestoreReason = "another" // the watermark belongs to another database
)

// String returns the reason as a phrase for operators.
func (r RestoreReason) String() string {
	switch r {
	case BackupCopy:
		return "it is a copy made by twofold backup"
	case Recreated:
		return "its tables were recreated since a server last used it, as pg_restore does"
	case Stale:
		return "it is older than the database that was served here before"
	case Different:
		return "another database was served here before"
	}
	return string(r)
}

// ErrNone means that the database has no generation yet.
var ErrNone = errors.New("the database has no generation yet")

// Store stores the generation and revokes what a fence revokes.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Generation returns the current generation, or ErrNone.
	Generation(ctx context.Context) (Generation, error)
	// Begin inserts the first generation, unless there is one.
	Begin(ctx context.Context, g Generation) error
	// Renew replaces the generation with this number and reports whether it was still current.
	Renew(ctx context.Context, g Generation, before int64) (renewed bool, err error)
	// Advance increments the heartbeat, unless it has advanced after since, or is later than at.
	Advance(ctx context.Context, at, since time.Time) error
	// RecordReason stores the reason, unless one is stored already or another generation has started.
	RecordReason(ctx context.Context, g Generation) error
	// StorageID identifies where the tables are stored. It is empty if the database cannot tell.
	StorageID(ctx context.Context) (string, error)
	// HasAccounts reports whether there is any account.
	HasAccounts(ctx context.Context) (bool, error)
	// LockAllAccounts blocks changes of every account's credentials until the transaction ends.
	LockAllAccounts(ctx context.Context) error
	// RevokeAll deletes every session, pending sign-in, step-up token, mailed link, unconfirmed address, enrollment and
	// MFA removal, marks every TOTP step up to the given one as used, and forgets every known device.
	RevokeAll(ctx context.Context, at time.Time, used totp.Step) (Revoked, error)
	// InvalidateRecoveryCodes invalidates every recovery code and returns the ids of the accounts that had any.
	InvalidateRecoveryCodes(ctx context.Context, at time.Time) (accountIDs []string, err error)
}

// Keys replaces the signing keys.
type Keys interface {
	// RevokeAll revokes every signing key and returns a new, active one.
	RevokeAll(ctx context.Context) (signs keyring.Key, err error)
}

// Notices enqueues notices to account owners.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
}

// Service detects restored databases and fences them.
type Service struct {
	Store   Store
	Keys    Keys
	Notices Notices
	Audit   audit.Log
	Log     *slog.Logger
	File    string // path of the state file outside the database; empty for none
	Now     func() time.Time
	NewID   func() string

	seen     Watermark // the latest that this process has seen
	restored atomic.Bool
}

// Open starts the first generation of a database that has none.
func (s *Service) Open(ctx context.Context) error {
	_, err := s.Store.Generation(ctx)
	if !errors.Is(err, ErrNone) {
		return err
	}
	storageID, err := s.Store.StorageID(ctx)
	if err != nil {
		return fmt.Errorf("read storage id: %w", err)
	}
	if err := s.Store.Begin(ctx, Generation{Lineage: s.NewID(), Number: 1, StartedAt: s.Now(), StorageID: storageID}); err != nil {
		return fmt.Errorf("start first generation: %w", err)
	}
	return nil
}

// RestoreReason returns the reason that the last RunOnce found. It is empty after a fence.
func (s *Service) RestoreReason(ctx context.Context) (RestoreReason, error) {
	if !s.restored.Load() {
		return "", nil
	}
	g, err := s.Store.Generation(ctx)
	if err != nil {
		return "", err
	}
	s.restored.Store(g.RestoreReason != "")
	return g.RestoreReason, nil
}
