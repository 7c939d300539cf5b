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

// lowStock is when to say that codes run out.
const lowStock = 3

var (
	// ErrMFARequired means that something is only for an account with MFA.
	ErrMFARequired = errors.New("the account has no MFA")
	// errCodesNeeded means that a first method was confirmed without recovery codes to go with it.
	errCodesNeeded = errors.New("recovery codes are needed")
)

// KeptCode is a recovery code as it is kept. All codes of an account are one set, whose hashes share one salt.
type KeptCode struct {
	ID        string
	AccountID string
	Hash      string // PHC string
	CreatedAt time.Time
	UsedAt    time.Time // zero: it works
	RetiredAt time.Time // zero: if it is used, its owner used it
}

// Stock is what is left of an account's recovery codes. A zero GeneratedAt means that there are none, used or not.
type Stock struct {
	Left        int
	Total       int // how many the set had
	GeneratedAt time.Time
	Retired     bool // nobody knows which were used, and none works
}

// Stock counts the recovery codes that work.
func (s *Service) Stock(ctx context.Context, accountID string) (Stock, error) {
	codes, err := s.Store.RecoveryCodes(ctx, accountID)
	if err != nil {
		return Stock{}, fmt.Errorf("read recovery codes: %w", err)
	}
	stock := Stock{Total: len(codes)}
	for _, c := range codes {
		stock.GeneratedAt = c.CreatedAt
		stock.Retired = stock.Retired || !c.RetiredAt.IsZero()
		if c.UsedAt.IsZero() {
			stock.Left++
		}
	}
	return stock, nil
}

// Codes are recovery codes that were made and not yet kept.
type Codes struct {
	shown []secret.Text
	kept  []KeptCode
}

// NewCodes makes recovery codes. It hashes each of them, so it is no part of a transaction. It answers password.ErrBusy.
func (s *Service) NewCodes(ctx context.Context, accountID string) (Codes, error) {
	release, err := s.Hasher.Acquire(ctx)
	if err != nil {
		return Codes{}, fmt.Errorf("queue for hashes: %w", err)
	}
	defer release()
	var made Codes
	plain := make([]secret.Text, s.Limits.RecoveryCodes)
	for i := range plain {
		code := randomCode()
		plain[i] = code.text
		made.shown = append(made.shown, code.written())
	}
	hashes, err := s.Hasher.HashSet(plain)
	if err != nil {
		return Codes{}, fmt.Errorf("hash recovery codes: %w", err)
	}
	now := s.Now()
	for _, hash := range hashes {
		made.kept = append(made.kept, KeptCode{ID: s.NewID(), AccountID: accountID, Hash: hash, CreatedAt: now})
	}
	return made, nil
}

// keep puts a set in the place of the older one. Who guessed at that one has guessed at nothing now.
func (s *Service) keep(ctx context.Context, accountID string, made Codes) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return err
	}
	if err := s.Store.InsertRecoveryCodes(ctx, made.kept); err != nil {
		return err
	}
	if err := s.Attempts.Revive(ctx, accountID, throttle.RecoveryCode); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesGenerated, AccountID: accountID})
}

// GenerateRecoveryCodes makes a new set, which kills the older one, and spends the grant with it. It ends the account's
// other sessions and step-up tokens. It answers ErrMFARequired, stepup.ErrRefused and password.ErrBusy; none of them
// spends anything.
func (s *Service) GenerateRecoveryCodes(ctx context.Context, sess session.Session, grant stepup.Grant) (Change, error) {
	if err := s.requireMFA(ctx, sess.AccountID); err != nil {
		return Change{}, err
	}
	made, err := s.NewCodes(ctx, sess.AccountID)
	if err != nil {
		return Change{}, err
	}
	var change Change
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.requireMFA(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.StepUps.Spend(ctx, grant); err != nil {
			return err
		}
		if err := s.keep(ctx, sess.AccountID, made); err != nil {
			return err
		}
		change, err = s.announce(ctx, sess, notify.Notice{Kind: notify.RecoveryCodesGenerated})
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("generate recovery codes: %w", err)
	}
	change.Codes = made.shown
	return change, nil
}

func (s *Service) requireMFA(ctx context.Context, accountID string) error {
	enabled, err := s.Enabled(ctx, accountID)
	if err == nil && !enabled {
		err = ErrMFARequired
	}
	return err
}

// FindRecoveryCode looks which of the account's codes this is, used or not, and changes nothing. An empty id is a wrong
// code. It takes one hash; the caller holds a slot for it.
func (s *Service) FindRecoveryCode(ctx context.Context, accountID string, code RecoveryCode) (id string, err error) {
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

// UseRecoveryCode uses a code up, tells the account's owner, and has codes of authenticator apps accepted again where they
// were no longer. It answers ErrCodeUsed for one that was used, or whose set was replaced a moment ago. Call it in the
// transaction that gives the reward, and only for somebody who has given the password too.
func (s *Service) UseRecoveryCode(ctx context.Context, accountID, id string) error {
	used, err := s.Store.UseRecoveryCode(ctx, accountID, id, s.Now())
	if err != nil {
		return fmt.Errorf("remember recovery code: %w", err)
	}
	if !used {
		return ErrCodeUsed
	}
	if err := s.Attempts.ReviveAtCap(ctx, accountID, throttle.TOTP); err != nil {
		return err
	}
	stock, err := s.Stock(ctx, accountID)
	if err != nil {
		return err
	}
	if _, err := s.Notices.Post(ctx, notify.Notice{Kind: notify.RecoveryCodeUsed, AccountID: accountID, Count: stock.Left}); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesUsed, AccountID: accountID, Subject: id}); err != nil {
		return err
	}
	if stock.Left > lowStock {
		return nil
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.RecoveryCodesLow, AccountID: accountID})
}

// ProofsOf lists what an account with these methods and so many recovery codes can give beside its password.
func ProofsOf(methods []Method, codesLeft int) []throttle.Kind {
	var proofs []throttle.Kind
	if slices.ContainsFunc(methods, func(m Method) bool { return !m.Suspended() }) {
		proofs = append(proofs, throttle.TOTP)
	}
	if codesLeft > 0 {
		proofs = append(proofs, throttle.RecoveryCode)
	}
	return proofs
}

// DropRecoveryCodes makes the account's recovery codes worthless. Call it in the transaction that says why.
func (s *Service) DropRecoveryCodes(ctx context.Context, accountID string) error {
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return fmt.Errorf("drop recovery codes: %w", err)
	}
	return nil
}
