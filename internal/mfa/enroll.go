package mfa

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// Begun is a pending enrollment with its key, which is shown this once.
type Begun struct {
	Enrollment Enrollment
	Key        totp.Key
	URI        secret.Text // otpauth://totp/…
}

// Begin makes a key, keeps it sealed as the account's one pending enrollment, and spends the grant with it. An empty
// name gets one. It answers ErrNameTaken, ErrTooManyMethods and stepup.ErrRefused; none of them spends anything.
func (s *Service) Begin(ctx context.Context, sess session.Session, email, name string, grant stepup.Grant) (Begun, error) {
	key, err := totp.NewKey()
	if err != nil {
		return Begun{}, fmt.Errorf("make key: %w", err)
	}
	uri, err := key.URI(s.Issuer, email)
	if err != nil {
		return Begun{}, fmt.Errorf("write key URI: %w", err)
	}
	now := s.Now()
	e := Enrollment{
		ID:        s.NewID(),
		AccountID: sess.AccountID,
		SessionID: sess.ID,
		CreatedAt: now,
		ExpiresAt: now.Add(s.Limits.EnrollmentLifetime),
	}
	e.SealedKey, err = s.Sealer.Seal(key.Bytes(), e.AccountID, e.ID)
	if err != nil {
		return Begun{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.spend(ctx, grant); err != nil {
			return err
		}
		methods, err := s.Store.Methods(ctx, e.AccountID)
		if err != nil {
			return err
		}
		if len(methods) >= s.Limits.Methods {
			return ErrTooManyMethods
		}
		if e.Name, err = freeName(name, methods); err != nil {
			return err
		}
		if err := s.Store.ReplaceEnrollment(ctx, e); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentBegun, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
	if err != nil {
		return Begun{}, fmt.Errorf("begin enrollment: %w", err)
	}
	return Begun{Enrollment: e, Key: key, URI: secret.New(uri)}, nil
}

// Pending answers the account's enrollment that can still be confirmed, or ErrNotFound.
func (s *Service) Pending(ctx context.Context, accountID string) (Enrollment, error) {
	e, err := s.Store.CurrentEnrollment(ctx, accountID)
	if err != nil {
		return Enrollment{}, err
	}
	if s.over(e) {
		return Enrollment{}, ErrNotFound
	}
	return e, nil
}

// Confirm turns the enrollment into a method with its first right code; a name that is not empty replaces the one it
// was begun with. It ends the account's other sessions and step-up tokens and raises this session. It answers
// ErrNotFound, ErrEnrollmentExpired, ErrNameTaken (which costs no try), a *RejectedError, or a *throttle.WaitError.
func (s *Service) Confirm(ctx context.Context, sess session.Session, id, code, name string) (Method, Change, error) {
	e, err := s.Store.Enrollment(ctx, sess.AccountID, id)
	if err != nil {
		return Method{}, Change{}, err
	}
	if e.SessionID != sess.ID {
		return Method{}, Change{}, ErrNotFound
	}
	if s.over(e) {
		return Method{}, Change{}, ErrEnrollmentExpired
	}
	if e.Name, err = s.nameFor(ctx, e, name); err != nil {
		return Method{}, Change{}, err
	}
	guess := Guess(sess.AccountID, sess)
	done, err := s.Attempts.Turn(ctx, guess)
	if err != nil {
		return Method{}, Change{}, err
	}
	defer done()
	budget, err := s.reserve(ctx, guess, e)
	if err != nil {
		return Method{}, Change{}, err
	}
	step, err := s.matchFirst(e, code, budget)
	if err != nil {
		if errors.Is(err, ErrCodeRejected) {
			failed := audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name}
			if err := s.Audit.Record(ctx, failed); err != nil {
				return Method{}, Change{}, err
			}
		}
		return Method{}, Change{}, err
	}
	m := Method{
		ID: e.ID, AccountID: e.AccountID, Type: TOTP, Name: e.Name, SealedKey: e.SealedKey,
		LastStep: step, CreatedAt: s.Now(), LastUsedAt: s.Now(),
	}
	var change Change
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return err
		}
		deleted, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID)
		if err != nil {
			return err
		}
		if !deleted {
			return ErrNotFound
		}
		if err := s.Store.InsertMethod(ctx, m); err != nil {
			return err
		}
		if err := s.Attempts.Succeeded(ctx, guess); err != nil {
			return err
		}
		// Step-up proved the password in this session, and this code the phone: together aal2.
		if sess, err = s.Sessions.Raise(ctx, sess, session.Proofs(true)); err != nil {
			return err
		}
		change, err = s.announce(ctx, sess,
			notify.Notice{Kind: notify.MethodAdded, Subject: m.ID, Name: m.Name},
			audit.Event{Kind: audit.EnrollmentConfirmed, Subject: m.ID, Name: m.Name})
		return err
	})
	if err != nil {
		return Method{}, Change{}, fmt.Errorf("confirm enrollment: %w", err)
	}
	return m, change, nil
}

// reserve counts the guess, for the account and for this enrollment, before the code is looked at.
func (s *Service) reserve(ctx context.Context, guess throttle.Guess, e Enrollment) (throttle.Budget, error) {
	var budget throttle.Budget
	tries := 0
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if budget, err = s.Attempts.Reserve(ctx, guess); err != nil {
			return err
		}
		if tries, err = s.Store.CountTry(ctx, e.AccountID, e.ID, s.Limits.EnrollmentTries); err != nil {
			return err
		}
		if tries == 0 {
			return ErrEnrollmentExpired
		}
		return nil
	})
	return budget.AtMost(s.Limits.EnrollmentTries - tries), err
}

// matchFirst judges an enrollment's code. Where a wrong one fits a clock that is off, it says by how much: the key was
// shown to this session a moment ago, so this tells nobody anything new.
func (s *Service) matchFirst(e Enrollment, code string, budget throttle.Budget) (totp.Step, error) {
	key, err := s.key(e.SealedKey, e.AccountID, e.ID)
	if err != nil {
		return 0, err
	}
	now := s.Now()
	if steps := key.Match(code, now); len(steps) > 0 {
		return steps[len(steps)-1], nil
	}
	offset, _ := key.Offset(code, now)
	return 0, &RejectedError{Budget: budget, ClockOffset: offset}
}

// Cancel ends a pending enrollment. It answers ErrNotFound.
func (s *Service) Cancel(ctx context.Context, accountID, id string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		deleted, err := s.Store.DeleteEnrollment(ctx, accountID, id)
		if err != nil {
			return err
		}
		if !deleted {
			return ErrNotFound
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentCancelled, AccountID: accountID, Subject: id})
	})
	if err != nil {
		return fmt.Errorf("cancel enrollment: %w", err)
	}
	return nil
}

func (s *Service) over(e Enrollment) bool {
	return !s.Now().Before(e.ExpiresAt) || e.Tries >= s.Limits.EnrollmentTries
}

// nameFor is the name that the enrollment's method will have.
func (s *Service) nameFor(ctx context.Context, e Enrollment, name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return e.Name, nil
	}
	methods, err := s.Store.Methods(ctx, e.AccountID)
	if err != nil {
		return "", err
	}
	return freeName(name, methods)
}

// freeName is the name asked for, or the first of "Authenticator app", "Authenticator app 2", … that is free.
func freeName(name string, methods []Method) (string, error) {
	taken := make(map[string]bool, len(methods))
	for _, m := range methods {
		taken[nameKey(m.Name)] = true
	}
	if name = norm.NFC.String(strings.TrimSpace(name)); name != "" {
		if utf8.RuneCountInString(name) > maxName {
			return "", ErrName
		}
		if taken[nameKey(name)] {
			return "", ErrNameTaken
		}
		return name, nil
	}
	name = "Authenticator app"
	for n := 2; taken[nameKey(name)]; n++ {
		name = fmt.Sprintf("Authenticator app %d", n)
	}
	return name, nil
}
