package mfa

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/totp"
)

// NewEnrollment is a pending enrollment with its key, which is shown only once.
type NewEnrollment struct {
	Enrollment Enrollment
	Key        totp.Key
	URI        secret.Text // otpauth://totp/…
}

// EnrollmentRequest describes the enrollment to begin.
type EnrollmentRequest struct {
	Email    string // the app shows it beside the issuer
	Name     string // empty: a default name
	Replaces string // the id of the method that is deleted when the enrollment is confirmed, if any
}

// Begin generates a key, stores it sealed as the account's only pending enrollment, and consumes the grant. It returns
// ErrNameTaken, ErrInvalidName, ErrTooManyMethods, ErrNotFound for a method to replace that is not the account's, and
// stepup.ErrRefused; none of them consumes the grant.
func (s *Service) Begin(ctx context.Context, sess session.Session, req EnrollmentRequest, grant stepup.Grant) (NewEnrollment, error) {
	now := s.Now()
	begun, err := s.NewPending(Enrollment{
		ID:        s.NewID(),
		AccountID: sess.AccountID,
		SessionID: sess.ID,
		Replaces:  req.Replaces,
		CreatedAt: now,
		ExpiresAt: now.Add(s.Limits.EnrollmentLifetime),
	}, req.Email)
	if err != nil {
		return NewEnrollment{}, err
	}
	e := begun.Enrollment
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return err
		}
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
		if e.Name, err = uniqueName(req.Name, others); err != nil {
			return err
		}
		if len(now.Methods) > 0 {
			uri, err := begun.Key.URI(s.Issuer, labelOf(mailaddr.ToUnicode(req.Email), e.Name, now.Methods))
			if err != nil {
				return fmt.Errorf("format key URI: %w", err)
			}
			begun.URI = secret.New(uri)
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

// NewPending generates the key of an enrollment, seals it, and gives the enrollment a default name if it has none. The caller
// stores the result: Begin with a session, and a sign-in that must enroll with the pending sign-in. It returns
// ErrInvalidName.
func (s *Service) NewPending(e Enrollment, email string) (NewEnrollment, error) {
	key, err := totp.NewKey()
	if err != nil {
		return NewEnrollment{}, fmt.Errorf("generate TOTP key: %w", err)
	}
	uri, err := key.URI(s.Issuer, mailaddr.ToUnicode(email))
	if err != nil {
		return NewEnrollment{}, fmt.Errorf("format key URI: %w", err)
	}
	if e, err = e.WithName(); err != nil {
		return NewEnrollment{}, err
	}
	if e.SealedKey, err = s.Sealer.Seal(key.Bytes(), e.AccountID, e.ID); err != nil {
		return NewEnrollment{}, err
	}
	return NewEnrollment{Enrollment: e, Key: key, URI: secret.New(uri)}, nil
}

// labelOf returns the account part of the label of a later method: the address and the method's name. Apps that identify an entry
// by its label would otherwise replace the entry of another method of the account, or show two that look alike. If the method
// replaces one of the same name, whose entry is needed until the new one is confirmed, a number follows.
func labelOf(email, name string, methods []Method) string {
	if _, err := uniqueName(name, methods); err != nil {
		name += " 2"
	}
	return email + " (" + strings.Map(func(r rune) rune {
		if r == ':' || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name) + ")"
}

// WithName returns the enrollment of an account's first method with its name normalized, or with a default name if it has
// none. It returns ErrInvalidName.
func (e Enrollment) WithName() (Enrollment, error) {
	var err error
	e.Name, err = uniqueName(e.Name, nil)
	return e, err
}

// State returns the account's methods, recovery codes and pending enrollment, without an enrollment that has expired.
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

// Cancel deletes a pending enrollment. It returns ErrNotFound if the account has no such enrollment.
func (s *Service) Cancel(ctx context.Context, accountID, id string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, accountID); err != nil {
			return err
		}
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

// expire marks an enrollment as expired and records that once.
func (s *Service) expire(ctx context.Context, e Enrollment) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		marked, err := s.Store.MarkExpired(ctx, e.AccountID, e.ID, s.Now())
		if err != nil || !marked {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentExpired, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
}

// PurgeExpired deletes at most limit enrollments that expired before a time, and records the expiry of each if that has not
// been recorded yet. It returns how many it deleted.
func (s *Service) PurgeExpired(ctx context.Context, before time.Time, limit int) (deleted int, err error) {
	expired, err := s.Store.ExpiredEnrollments(ctx, before, limit)
	if err != nil {
		return 0, fmt.Errorf("list expired enrollments: %w", err)
	}
	for _, e := range expired {
		err := s.Store.InTx(ctx, func(ctx context.Context) error {
			if err := s.expire(ctx, e); err != nil {
				return err
			}
			_, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID)
			return err
		})
		if err != nil {
			return deleted, fmt.Errorf("delete expired enrollment: %w", err)
		}
		deleted++
	}
	return deleted, nil
}

// expired reports whether an enrollment can no longer be confirmed: it took too long or has no tries left.
func (s *Service) expired(e Enrollment) bool {
	return !s.Now().Before(e.ExpiresAt) || e.Tries >= s.Limits.EnrollmentTries
}
