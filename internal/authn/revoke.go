package authn

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// RevokeAll revokes everything that the account's credentials have created: sessions, pending sign-ins, known devices and
// step-up tokens. It returns the number of sessions ended. Call it in the transaction that takes the credentials away.
func (s *Service) RevokeAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.trust().Revoke(ctx, accountID, ""); err != nil {
		return 0, err
	}
	if err := s.StepUps.RevokeAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// Trust is what an account's password has given access to besides sessions: pending sign-ins and known devices.
type Trust struct {
	SignIns interface {
		DeleteOf(ctx context.Context, accountID string) error
	}
	Devices Devices
	Now     func() time.Time
}

var _ mfa.Trust = Trust{}

// Revoke deletes the account's pending sign-ins and revokes every known device but the one with the id keep (empty: all), with
// the attempt budgets that they have. Call it in the transaction that replaces the password, confirms the first method or undoes
// an attacker's change.
func (t Trust) Revoke(ctx context.Context, accountID, keep string) error {
	if err := t.SignIns.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("delete pending sign-ins: %w", err)
	}
	if err := t.Devices.Revoke(ctx, accountID, keep, t.Now()); err != nil {
		return fmt.Errorf("revoke devices: %w", err)
	}
	return nil
}

// RevokeOthers is Revoke, except for the device that sess is used from: a browser, which the device token identifies, for a
// cookie session, otherwise a script.
func (t Trust) RevokeOthers(ctx context.Context, sess session.Session, browser secret.Text) error {
	digest := scriptDigest(audit.ClientOf(ctx))
	if sess.Delivery == session.Cookie {
		digest = browser.Hash()
	}
	device, err := t.Devices.Find(ctx, sess.AccountID, digest)
	if err != nil {
		return fmt.Errorf("find device: %w", err)
	}
	if device.Delivery != sess.Delivery {
		device = Device{}
	}
	return t.Revoke(ctx, sess.AccountID, device.ID)
}

func (s *Service) trust() Trust { return Trust{SignIns: s.Store, Devices: s.Devices, Now: s.Now} }

// ResetPasswordFailures clears the failed passwords of an account in every bucket and cancels a pending removal of MFA,
// because the password has been replaced.
func (s *Service) ResetPasswordFailures(ctx context.Context, accountID string) error {
	if err := s.Removals.CancelAfterPasswordReset(ctx, accountID); err != nil {
		return err
	}
	return s.Attempts.Unlock(ctx, accountID, throttle.Password)
}
