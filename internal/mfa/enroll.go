package mfa

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/totp"
)

// NewEnrollment is a pending enrollment with its key, which is shown this once.
type NewEnrollment struct {
	Enrollment Enrollment
	Key        totp.Key
	URI        secret.Text // otpauth://totp/…
}

// EnrollmentRequest is what an enrollment is to be.
type EnrollmentRequest struct {
	Email    string // what the app shows beside the issuer
	Name     string // an empty one gets one
	Replaces string // the id of the method whose place it takes when it is confirmed, if any
}

// Begin makes a key, keeps it sealed as the account's one pending enrollment, and spends the grant with it. It answers
// ErrNameTaken, ErrName, ErrTooManyMethods, ErrNotFound for a method to replace that is not the account's, and
// stepup.ErrRefused; none of them spends anything.
func (s *Service) Begin(ctx context.Context, sess session.Session, b EnrollmentRequest, grant stepup.Grant) (NewEnrollment, error) {
	now := s.Now()
	begun, err := s.NewPending(Enrollment{
		ID:        s.NewID(),
		AccountID: sess.AccountID,
		SessionID: sess.ID,
		Replaces:  b.Replaces,
		CreatedAt: now,
		ExpiresAt: now.Add(s.Limits.EnrollmentLifetime),
	}, b.Email)
	if err != nil {
		return NewEnrollment{}, err
	}
	e := begun.Enrollment
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.StepUps.Consume(ctx, grant); err != nil {
			return err
		}
		now, err := s.Store.State(ctx, e.AccountID)
		if err != nil {
			return err
		}
		if e.Replaces != "" {
			if _, err := find(now.Methods, e.Replaces); err != nil {
				return err
			}
		}
		others := excluding(now.Methods, e.Replaces)
		if len(others) >= s.Limits.Methods {
			return ErrTooManyMethods
		}
		if e.Name, err = uniqueName(b.Name, others); err != nil {
			return err
		}
		if older := now.Enrollment; older.ID != "" && s.expired(older) {
			if err := s.expire(ctx, older); err != nil {
				return err
			}
		}
		if err := s.Store.ReplaceEnrollment(ctx, e); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentBegun, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
	if err != nil {
		return NewEnrollment{}, fmt.Errorf("begin enrollment: %w", err)
	}
	begun.Enrollment = e
	return begun, nil
}

// State answers what the account holds, without an enrollment that can no longer be confirmed.
func (s *Service) State(ctx context.Context, accountID string) (State, error) {
	st, err := s.Store.State(ctx, accountID)
	if err != nil {
		return State{}, fmt.Errorf("read methods: %w", err)
	}
	if s.expired(st.Enrollment) {
		st.Enrollment = Enrollment{}
	}
	return st, nil
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

// expire notes that an enrollment is over: once.
func (s *Service) expire(ctx context.Context, e Enrollment) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.Store.MarkExpired(ctx, e.AccountID, e.ID, s.Now())
		if err != nil || !ended {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentExpired, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
}

// PurgeExpired forgets at most limit enrollments whose end came before a time, and notes of each that it is over, if that
// was not noted before. It answers how many.
func (s *Service) PurgeExpired(ctx context.Context, before time.Time, limit int) (forgotten int, err error) {
	over, err := s.Store.ExpiredEnrollments(ctx, before, limit)
	if err != nil {
		return 0, fmt.Errorf("list enrollments: %w", err)
	}
	for _, e := range over {
		err := s.Store.InTx(ctx, func(ctx context.Context) error {
			if err := s.expire(ctx, e); err != nil {
				return err
			}
			_, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID)
			return err
		})
		if err != nil {
			return forgotten, fmt.Errorf("forget enrollment: %w", err)
		}
		forgotten++
	}
	return forgotten, nil
}

func (s *Service) expired(e Enrollment) bool {
	return !s.Now().Before(e.ExpiresAt) || e.Tries >= s.Limits.EnrollmentTries
}
