package mfa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// lowCodes is the number of unused codes at or below which the account is recorded as running low.
const lowCodes = 3

// grantTries is how many sets of recovery codes may be hashed with one step-up token. One is enough, unless the request that
// hashed it fails.
const grantTries = 3

// ErrMFANotEnabled means that the operation needs an account with MFA.
var ErrMFANotEnabled = errors.New("the account has no MFA")

// StoredRecoveryCode is a recovery code as it is stored. All codes of an account form one set, whose hashes share one salt,
// so that checking a code against the set costs one hash.
type StoredRecoveryCode struct {
	ID            string
	AccountID     string
	Hash          string // PHC string
	CreatedAt     time.Time
	UsedAt        time.Time // zero: unused
	InvalidatedAt time.Time // when it was marked as used without being used; zero: never
}

// RecoveryCodeStatus summarizes an account's recovery codes. A zero GeneratedAt means that it has none, used or unused.
type RecoveryCodeStatus struct {
	Left        int
	Total       int // codes in the set, used or unused
	GeneratedAt time.Time
	Invalidated bool // after a restored backup: which were used is unknown, and none is accepted
}

// RecoveryCodeStatus returns a summary of the account's recovery codes.
func (s *Service) RecoveryCodeStatus(ctx context.Context, accountID string) (RecoveryCodeStatus, error) {
	codes, err := s.Store.RecoveryCodes(ctx, accountID)
	if err != nil {
		return RecoveryCodeStatus{}, fmt.Errorf("list recovery codes: %w", err)
	}
	status := RecoveryCodeStatus{Total: len(codes)}
	for _, c := range codes {
		status.GeneratedAt = c.CreatedAt
		status.Invalidated = status.Invalidated || !c.InvalidatedAt.IsZero()
		if c.UsedAt.IsZero() {
			status.Left++
		}
	}
	return status, nil
}

// RecoveryCodesLeft returns how many unused recovery codes the account has.
func (s *Service) RecoveryCodesLeft(ctx context.Context, accountID string) (int, error) {
	status, err := s.RecoveryCodeStatus(ctx, accountID)
	return status.Left, err
}

// codeBatch is a set of recovery codes that has been generated and not yet stored.
type codeBatch struct {
	plain  []secret.Text
	stored []StoredRecoveryCode
}

// generateCodes generates a set of recovery codes. It hashes each of them, which is slow: call it before the transaction that
// stores them. If count is not nil, it is called before the hashes, and its error is returned. generateCodes also returns
// password.ErrBusy.
func (s *Service) generateCodes(ctx context.Context, accountID string, count func(ctx context.Context) error) (codeBatch, error) {
	release, err := s.Hasher.Acquire(ctx, accountID)
	if err != nil {
		return codeBatch{}, fmt.Errorf("queue for recovery code hashes: %w", err)
	}
	defer release()
	if count != nil {
		if err := count(ctx); err != nil {
			return codeBatch{}, err
		}
	}
	var batch codeBatch
	plain := make([]secret.Text, s.Limits.RecoveryCodes)
	for i := range plain {
		code := randomCode()
		plain[i] = code.text
		batch.plain = append(batch.plain, code.format())
	}
	hashes, err := s.Hasher.HashSet(plain)
	if err != nil {
		return codeBatch{}, fmt.Errorf("hash recovery codes: %w", err)
	}
	now := s.Now()
	for _, hash := range hashes {
		batch.stored = append(batch.stored, StoredRecoveryCode{ID: s.NewID(), AccountID: accountID, Hash: hash, CreatedAt: now})
	}
	return batch, nil
}

// replaceRecoveryCodes deletes the account's recovery codes, stores batch, and clears the failed attempts at the old codes.
func (s *Service) replaceRecoveryCodes(ctx context.Context, accountID string, batch codeBatch) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return err
	}
	if err := s.Store.InsertRecoveryCodes(ctx, batch.stored); err != nil {
		return err
	}
	if err := s.Attempts.Unlock(ctx, accountID, throttle.RecoveryCode); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesGenerated, AccountID: accountID})
}

// GenerateRecoveryCodes replaces the account's recovery codes and consumes the grant. It ends the account's other sessions
// and revokes its step-up tokens. It returns ErrMFANotEnabled, stepup.ErrRefused and password.ErrBusy; none of them consumes
// the grant. A grant permits grantTries sets of hashes, whatever becomes of them.
func (s *Service) GenerateRecoveryCodes(ctx context.Context, sess session.Session, grant stepup.Grant) (ChangeResult, error) {
	if err := s.requireMFA(ctx, sess.AccountID); err != nil {
		return ChangeResult{}, err
	}
	batch, err := s.generateCodes(ctx, sess.AccountID, func(ctx context.Context) error { return s.countUse(ctx, grant) })
	if err != nil {
		return ChangeResult{}, err
	}
	var done ChangeResult
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.requireMFA(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil {
			return err
		}
		if err := s.replaceRecoveryCodes(ctx, sess.AccountID, batch); err != nil {
			return err
		}
		done, err = s.notifyAndRecord(ctx, sess, notify.Notice{Kind: notify.RecoveryCodesGenerated})
		return err
	})
	if err != nil {
		return ChangeResult{}, fmt.Errorf("generate recovery codes: %w", err)
	}
	done.RecoveryCodes = batch.plain
	return done, nil
}

// countUse counts a use of a grant in a commit of its own. It returns stepup.ErrRefused if the grant has been used grantTries
// times.
func (s *Service) countUse(ctx context.Context, grant stepup.Grant) error {
	_, counted, err := s.Attempts.CountTry(ctx, grant.AccountID, grant.ID, grantTries)
	if err == nil && !counted {
		err = stepup.ErrRefused
	}
	return err
}

// requireMFA returns ErrMFANotEnabled if the account has no method.
func (s *Service) requireMFA(ctx context.Context, accountID string) error {
	enabled, err := s.Enabled(ctx, accountID)
	if err == nil && !enabled {
		err = ErrMFANotEnabled
	}
	return err
}

// MatchRecoveryCode returns the id of the code among the account's codes, used or unused, or "" for a wrong code. It changes
// nothing. It costs one hash, for which the caller holds a slot of the Hasher.
func (s *Service) MatchRecoveryCode(ctx context.Context, accountID string, code RecoveryCode) (id string, err error) {
	stored, err := s.Store.RecoveryCodes(ctx, accountID)
	if err != nil {
		return "", fmt.Errorf("list recovery codes: %w", err)
	}
	hashes := make([]string, len(stored))
	for i, c := range stored {
		hashes[i] = c.Hash
	}
	at, err := s.Hasher.VerifyAny(hashes, code.text)
	if err != nil {
		return "", fmt.Errorf("verify recovery code: %w", err)
	}
	if at < 0 {
		return "", nil
	}
	return stored[at].ID, nil
}

// ConsumeRecoveryCode marks a code as used, notifies the account's owner, and unlocks TOTP codes if they were locked out. It
// returns ErrCodeUsed if the code was used before, or if its set has just been replaced. Call it in the transaction that
// grants what the code is for, and only if the password was right too.
func (s *Service) ConsumeRecoveryCode(ctx context.Context, accountID, id string) error {
	used, err := s.Store.ConsumeRecoveryCode(ctx, accountID, id, s.Now())
	if err != nil {
		return fmt.Errorf("mark recovery code as used: %w", err)
	}
	if !used {
		return ErrCodeUsed
	}
	if err := s.Attempts.UnlockIfLockedOut(ctx, accountID, throttle.TOTP); err != nil {
		return err
	}
	status, err := s.RecoveryCodeStatus(ctx, accountID)
	if err != nil {
		return err
	}
	if _, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RecoveryCodeUsed, AccountID: accountID, Count: status.Left}); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesUsed, AccountID: accountID, Subject: id}); err != nil {
		return err
	}
	if status.Left > lowCodes {
		return nil
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesLow, AccountID: accountID})
}

// AvailableFactors lists the second factors of an account with these methods and so many unused recovery codes.
func AvailableFactors(methods []Method, codesLeft int) []throttle.Kind {
	var factors []throttle.Kind
	if slices.ContainsFunc(methods, func(m Method) bool { return !m.Suspended() }) {
		factors = append(factors, throttle.TOTP)
	}
	if codesLeft > 0 {
		factors = append(factors, throttle.RecoveryCode)
	}
	return factors
}

// DeleteRecoveryCodes deletes the account's recovery codes. Call it in the transaction that records the reason.
func (s *Service) DeleteRecoveryCodes(ctx context.Context, accountID string) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return fmt.Errorf("delete recovery codes: %w", err)
	}
	return nil
}
