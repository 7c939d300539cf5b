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

// Revoked is what a fence ended.
type Revoked struct {
	Sessions, SignIns, StepUps, Links, Devices, Enrollments, Removals int
	Methods                                                           int // that accept only codes of later from now on
}

// FenceReport is what a fence did.
type FenceReport struct {
	Number           int64 // of the epoch that begins
	Revoked          Revoked
	RecoveryCodeSets int // of recovery codes that were retired
	MailsHeld        int // that say so
	SigningKID       keyring.Key
}

// errConcurrentFence means that somebody else fences at the same time.
var errConcurrentFence = errors.New("another fence was put up at the same time")

// Fence begins a new epoch, in one transaction: whoever was signed in or about to be is not any more, no code works that
// could be shown by now, recovery codes are retired and their owners told, and what was signed before is worth nothing. It
// may be called again: then it finds less to end.
func (s *Service) Fence(ctx context.Context) (FenceReport, error) {
	var done FenceReport
	err := s.renew(ctx, audit.Event{Kind: audit.DatabaseFenced}, func(ctx context.Context, e Generation) (err error) {
		done = FenceReport{Number: e.Number}
		if err = s.Store.LockAllAccounts(ctx); err != nil {
			return fmt.Errorf("wait for changes under way: %w", err)
		}
		// The step after this one may have been used too, by a phone that is ahead.
		if done.Revoked, err = s.Store.RevokeAll(ctx, e.StartedAt, totp.StepAt(e.StartedAt)+totp.Window); err != nil {
			return err
		}
		whose, err := s.Store.InvalidateRecoveryCodes(ctx, e.StartedAt)
		if err != nil {
			return fmt.Errorf("retire recovery codes: %w", err)
		}
		done.RecoveryCodeSets = len(whose)
		for _, id := range whose {
			mails, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RecoveryCodesInvalidated, AccountID: id})
			if err != nil {
				return err
			}
			done.MailsHeld += mails
		}
		done.SigningKID, err = s.Keys.RevokeAll(ctx)
		return err
	})
	return done, err
}

// Accept begins a new epoch without ending anything, on an operator's word that nothing was lost: the database was moved
// while nothing served it.
func (s *Service) Accept(ctx context.Context) (number int64, err error) {
	err = s.renew(ctx, audit.Event{Kind: audit.DatabaseAccepted, Reason: "nothing was lost, by command"}, func(_ context.Context, e Generation) error {
		number = e.Number
		return nil
	})
	return number, err
}

// renew begins the next epoch, in the transaction of what do does about it, and records why.
func (s *Service) renew(ctx context.Context, why audit.Event, do func(ctx context.Context, e Generation) error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		e, err := s.Store.Generation(ctx)
		if err != nil {
			return fmt.Errorf("read the epoch: %w", err)
		}
		why.AccountID, why.Subject = audit.System, e.Lineage
		if why.Reason == "" {
			why.Reason = string(e.RestoreReason)
		}
		before := e.Number
		e.Number, e.StartedAt, e.RestoreReason = before+1, s.Now(), ""
		if e.StorageID, err = s.Store.StorageID(ctx); err != nil {
			return fmt.Errorf("look where the tables lie: %w", err)
		}
		if err := do(ctx, e); err != nil {
			return err
		}
		renewed, err := s.Store.Renew(ctx, e, before)
		if err == nil && !renewed {
			err = errConcurrentFence
		}
		if err != nil {
			return fmt.Errorf("begin another epoch: %w", err)
		}
		return s.Audit.Record(ctx, why)
	})
	if err != nil {
		return fmt.Errorf("fence: %w", err)
	}
	return nil
}
