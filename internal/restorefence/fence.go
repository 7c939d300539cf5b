package restorefence

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/keyring"
	"twofold/internal/notify"
	"twofold/internal/totp"
)

// Revoked is the number of rows that a fence revoked, per kind.
type Revoked struct {
	Sessions, SignIns, StepUps, Links, Devices, Enrollments, Removals int
	Methods                                                           int // methods whose used step was moved forward
}

// FenceReport is the result of a fence.
type FenceReport struct {
	Number           int64 // number of the new generation
	Revoked          Revoked
	RecoveryCodeSets int // sets of recovery codes that were invalidated
	NoticesQueued    int // notices about them that were enqueued
	SigningKey       keyring.Key
}

// errConcurrentFence means that another fence ran at the same time.
var errConcurrentFence = errors.New("another restore-fence ran at the same time")

// Fence starts a new generation in one transaction. It revokes every session and pending sign-in, marks every TOTP code
// that an authenticator can show by now as used, invalidates recovery codes and notifies their owners, and replaces the
// signing keys. It may be repeated: a later fence finds less to revoke.
func (s *Service) Fence(ctx context.Context) (FenceReport, error) {
	var done FenceReport
	err := s.renew(ctx, audit.Event{Kind: audit.DatabaseFenced}, func(ctx context.Context, g Generation) (err error) {
		done = FenceReport{Number: g.Number}
		if err = s.Store.LockAllAccounts(ctx); err != nil {
			return fmt.Errorf("lock accounts: %w", err)
		}
		// The following step may have been used as well, by a phone whose clock is fast.
		if done.Revoked, err = s.Store.RevokeAll(ctx, g.StartedAt, totp.StepAt(g.StartedAt)+totp.Window); err != nil {
			return err
		}
		accountIDs, err := s.Store.InvalidateRecoveryCodes(ctx, g.StartedAt)
		if err != nil {
			return fmt.Errorf("invalidate recovery codes: %w", err)
		}
		done.RecoveryCodeSets = len(accountIDs)
		for _, id := range accountIDs {
			mails, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RecoveryCodesInvalidated, AccountID: id})
			if err != nil {
				return err
			}
			done.NoticesQueued += mails
		}
		done.SigningKey, err = s.Keys.RevokeAll(ctx)
		return err
	})
	return done, err
}

// Accept starts a new generation without revoking anything. The operator asserts that nothing was lost, because the
// database was moved while no server used it.
func (s *Service) Accept(ctx context.Context) (number int64, err error) {
	err = s.renew(ctx, audit.Event{Kind: audit.DatabaseAccepted, Reason: "nothing was lost, by command"}, func(_ context.Context, g Generation) error {
		number = g.Number
		return nil
	})
	return number, err
}

// renew starts the next generation in the transaction that do runs in, and records the reason.
func (s *Service) renew(ctx context.Context, why audit.Event, do func(ctx context.Context, g Generation) error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		g, err := s.Store.Generation(ctx)
		if err != nil {
			return fmt.Errorf("read generation: %w", err)
		}
		why.AccountID, why.Subject = audit.System, g.Lineage
		if why.Reason == "" {
			why.Reason = string(g.RestoreReason)
		}
		before := g.Number
		g.Number, g.StartedAt, g.RestoreReason = before+1, s.Now(), ""
		if g.StorageID, err = s.Store.StorageID(ctx); err != nil {
			return fmt.Errorf("read storage id: %w", err)
		}
		if err := do(ctx, g); err != nil {
			return err
		}
		renewed, err := s.Store.Renew(ctx, g, before)
		if err == nil && !renewed {
			err = errConcurrentFence
		}
		if err != nil {
			return fmt.Errorf("start generation: %w", err)
		}
		return s.Audit.Record(ctx, why)
	})
	if err != nil {
		return fmt.Errorf("fence: %w", err)
	}
	return nil
}
