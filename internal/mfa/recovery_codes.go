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

// lowCodes is when to say that codes run out.
const lowCodes = 3

var (
	// ErrMFANotEnabled means that something is only for an account with MFA.
	ErrMFANotEnabled = errors.New("the account has no MFA")
	// errCodesNeeded means that a first method was confirmed without recovery codes to go with it.
	errCodesNeeded = errors.New("recovery codes are needed")
)

// StoredRecoveryCode is a recovery code as it is kept. All codes of an account are one set, whose hashes share one salt.
type StoredRecoveryCode struct {
	ID            string
	AccountID     string
	Hash          string // PHC string
	CreatedAt     time.Time
	UsedAt        time.Time // zero: it works
	InvalidatedAt time.Time // zero: if it is used, its owner used it
}

// RecoveryCodeStatus is what is left of an account's recovery codes. A zero GeneratedAt means that there are none, used or not.
type RecoveryCodeStatus struct {
	Left        int
	Total       int // how many the set had
	GeneratedAt time.Time
	Invalidated bool // nobody knows which were used, and none works
}

// RecoveryCodesLeft returns how many unused recovery codes the account has.
func (s *Service) RecoveryCodesLeft(ctx context.Context, accountID string) (int, error) {
	status, err := s.RecoveryCodeStatus(ctx, accountID)
	return status.Left, err
}

// RecoveryCodeStatus counts the recovery codes that work.
func (s *Service) RecoveryCodeStatus(ctx context.Context, accountID string) (RecoveryCodeStatus, error) {
	codes, err := s.Store.RecoveryCodes(ctx, accountID)
	if err != nil {
		return RecoveryCodeStatus{}, fmt.Errorf("read recovery codes: %w", err)
	}
	stock := RecoveryCodeStatus{Total: len(codes)}
	for _, c := range codes {
		stock.GeneratedAt = c.CreatedAt
		stock.Invalidated = stock.Invalidated || !c.InvalidatedAt.IsZero()
		if c.UsedAt.IsZero() {
			stock.Left++
		}
	}
	return stock, nil
}

// RecoveryCodes are recovery codes that were made and not yet kept.
type CodeBatch struct {
	plain  []secret.Text
	stored []StoredRecoveryCode
}

// GenerateCodes makes recovery codes. It hashes each of them, so it is no part of a transaction. It answers password.ErrBusy.
func (s *Service) GenerateCodes(ctx context.Context, accountID string) (CodeBatch, error) {
	release, err := s.Hasher.Acquire(ctx)
	if err != nil {
		return CodeBatch{}, fmt.Errorf("queue for hashes: %w", err)
	}
	defer release()
	var made CodeBatch
	plain := make([]secret.Text, s.Limits.RecoveryCodes)
	for i := range plain {
		code := randomCode()
		plain[i] = code.text
		made.plain = append(made.plain, code.format())
	}
	hashes, err := s.Hasher.HashSet(plain)
	if err != nil {
		return CodeBatch{}, fmt.Errorf("hash recovery codes: %w", err)
	}
	now := s.Now()
	for _, hash := range hashes {
		made.stored = append(made.stored, StoredRecoveryCode{ID: s.NewID(), AccountID: accountID, Hash: hash, CreatedAt: now})
	}
	return made, nil
}

// replaceRecoveryCodes puts a set in the place of the older one. Who guessed at that one has guessed at nothing now.
func (s *Service) replaceRecoveryCodes(ctx context.Context, accountID string, made CodeBatch) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return err
	}
	if err := s.Store.InsertRecoveryCodes(ctx, made.stored); err != nil {
		return err
	}
	if err := s.Attempts.Unlock(ctx, accountID, throttle.RecoveryCode); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesGenerated, AccountID: accountID})
}

// GenerateRecoveryCodes makes a new set, which kills the older one, and spends the grant with it. It ends the account's
// other sessions and step-up tokens. It answers ErrMFARequired, stepup.ErrRefused and password.ErrBusy; none of them
// spends anything.
func (s *Service) GenerateRecoveryCodes(ctx context.Context, sess session.Session, grant stepup.Grant) (ChangeResult, error) {
	if err := s.requireMFA(ctx, sess.AccountID); err != nil {
		return ChangeResult{}, err
	}
	made, err := s.GenerateCodes(ctx, sess.AccountID)
	if err != nil {
		return ChangeResult{}, err
	}
	var change ChangeResult
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
		if err := s.replaceRecoveryCodes(ctx, sess.AccountID, made); err != nil {
			return err
		}
		change, err = s.notifyAndRecord(ctx, sess, notify.Notice{Kind: notify.RecoveryCodesGenerated})
		return err
	})
	if err != nil {
		return ChangeResult{}, fmt.Errorf("generate recovery codes: %w", err)
	}
	change.RecoveryCodes = made.plain
	return change, nil
}

func (s *Service) requireMFA(ctx context.Context, accountID string) error {
	enabled, err := s.Enabled(ctx, accountID)
	if err == nil && !enabled {
		err = ErrMFANotEnabled
	}
	return err
}

// MatchRecoveryCode looks which of the account's codes this is, used or not, and changes nothing. An empty id is a wrong
// code. It takes one hash; the caller holds a slot for it.
func (s *Service) MatchRecoveryCode(ctx context.Context, accountID string, code RecoveryCode) (id string, err error) {
	kept, err := s.Store.RecoveryCodes(ctx, accountID)
	if err != nil {
		return "", fmt.Errorf("read recovery codes: %w", err)
	}
	hashes := make([]string, len(kept))
	for i, c := range kept {
		hashes[i] = c.Hash
	}
	at, err := s.Hasher.VerifyAny(hashes, code.text)
	if err != nil {
		return "", fmt.Errorf("verify recovery code: %w", err)
	}
	if at < 0 {
		return "", nil
	}
	return kept[at].ID, nil
}

// ConsumeRecoveryCode uses a code up, tells the account's owner, and has codes of authenticator apps accepted again where they
// were no longer. It answers ErrCodeUsed for one that was used, or whose set was replaced a moment ago. Call it in the
// transaction that gives the reward, and only for somebody who has given the password too.
func (s *Service) ConsumeRecoveryCode(ctx context.Context, accountID, id string) error {
	used, err := s.Store.ConsumeRecoveryCode(ctx, accountID, id, s.Now())
	if err != nil {
		return fmt.Errorf("remember recovery code: %w", err)
	}
	if !used {
		return ErrCodeUsed
	}
	if err := s.Attempts.UnlockIfCapped(ctx, accountID, throttle.TOTP); err != nil {
		return err
	}
	stock, err := s.RecoveryCodeStatus(ctx, accountID)
	if err != nil {
		return err
	}
	if _, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RecoveryCodeUsed, AccountID: accountID, Count: stock.Left}); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesUsed, AccountID: accountID, Subject: id}); err != nil {
		return err
	}
	if stock.Left > lowCodes {
		return nil
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesLow, AccountID: accountID})
}

// AvailableFactors lists what an account with these methods and so many recovery codes can give beside its password.
func AvailableFactors(methods []Method, codesLeft int) []throttle.Kind {
	var proofs []throttle.Kind
	if slices.ContainsFunc(methods, func(m Method) bool { return !m.Suspended() }) {
		proofs = append(proofs, throttle.TOTP)
	}
	if codesLeft > 0 {
		proofs = append(proofs, throttle.RecoveryCode)
	}
	return proofs
}

// DeleteRecoveryCodes makes the account's recovery codes worthless. Call it in the transaction that says why.
func (s *Service) DeleteRecoveryCodes(ctx context.Context, accountID string) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return fmt.Errorf("drop recovery codes: %w", err)
	}
	return nil
}
