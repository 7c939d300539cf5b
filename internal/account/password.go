package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
)

// PasswordPolicy validates and hashes new passwords.
type PasswordPolicy struct {
	Hasher *password.Hasher
	Issuer string     // the service's name, of which no password may consist
	Min    func() int // returns the minimum length of a new password now, in code points; nil: password.MinLength
}

// productName is public, so no password may consist of it, whatever the operator calls the service.
const productName = "Twofold"

// MinLength returns the minimum length of a new password now, in code points.
func (p PasswordPolicy) MinLength() int {
	if p.Min == nil {
		return password.MinLength
	}
	return p.Min()
}

// ValidateAndHash returns the hash of pw as the account's next password. It returns password.ErrEncoding, a
// *password.PolicyError, also if pw is the current password, or password.ErrBusy. It waits for a hash slot and computes one
// or two hashes, so call it before the transaction that stores the hash.
func (p PasswordPolicy) ValidateAndHash(ctx context.Context, a Account, pw secret.Text) (string, error) {
	return p.validateAndHash(ctx, a, pw, func(context.Context) error { return nil })
}

// validateAndHash is ValidateAndHash with a function that counts the try. It is called before the first hash, and only when a
// slot is free, so that a busy server costs no try. Its error is returned, and then nothing is hashed.
func (p PasswordPolicy) validateAndHash(ctx context.Context, a Account, pw secret.Text, count func(ctx context.Context) error) (string, error) {
	local, _, _ := strings.Cut(a.Email, "@")
	if err := password.Validate(pw, p.MinLength(), a.Email, mailaddr.ToUnicode(a.Email), local, productName, p.Issuer); err != nil {
		return "", err
	}
	release, err := p.Hasher.Acquire(ctx, a.ID)
	if err != nil {
		return "", fmt.Errorf("wait for a hash slot: %w", err)
	}
	defer release()
	if err := count(ctx); err != nil {
		return "", err
	}
	if a.PasswordHash != "" {
		same, _, err := p.Hasher.Verify(a.PasswordHash, pw)
		if err != nil {
			return "", fmt.Errorf("verify current password: %w", err)
		}
		if same {
			return "", password.ErrUnchanged
		}
	}
	return p.Hasher.Hash(pw)
}

// Revoker revokes what an account's credentials have given access to.
type Revoker interface {
	// RevokeAll ends the account's sessions, pending sign-ins and step-up tokens and forgets its known devices. It returns
	// the number of sessions ended.
	RevokeAll(ctx context.Context, accountID string) (sessions int, err error)
}

// Engine is what a new password needs of the sign-in engine, authn.Service.
type Engine interface {
	Revoker
	// RevokeOthers does what RevokeAll does, except for sess and the device that it is used from; browser is the device token
	// of that browser. It returns the new token of sess if that is delivered in a cookie.
	RevokeOthers(ctx context.Context, sess session.Session, browser secret.Text) (receipt.Receipt, secret.Text, error)
	// ResetPasswordFailures clears the account's failed passwords and cancels an MFA removal that was requested with the old
	// password.
	ResetPasswordFailures(ctx context.Context, accountID string) error
}

// Passwords sets the passwords of existing accounts: it validates and hashes the new password, stores it, revokes what the
// old one opened, and notifies the owner.
type Passwords struct {
	Store         Store
	Policy        PasswordPolicy
	Pending       *PendingChanges
	Requests      ResetStore
	Links         *maillink.Service
	Notices       Notices
	Mail          bool // whether mail is configured; without it, no reset can be requested
	StepUps       StepUps
	Tries         Tries
	Engine        Engine
	RecoveryCodes RecoveryCodes
	Sealer        notify.Sealer // of reset requests
	Audit         audit.Log
	ResetLinks    LinkLimits
	Now           func() time.Time
	NewID         func() string
}

// Change sets a new password in a session, with the step-up grant for it, which it consumes. It ends the account's other
// sessions, all pending sign-ins and step-up tokens, and forgets every device but the one that the session is used from,
// which browser, the device token, identifies. It returns the session's new token if that is delivered in a cookie. It
// returns stepup.ErrRefused and the errors of [PasswordPolicy.ValidateAndHash]. These do not consume the grant, unless
// password.ErrUnchanged is returned for the last of grantTries.
func (s *Passwords) Change(ctx context.Context, sess session.Session, grant stepup.Grant, pw, browser secret.Text) (receipt.Receipt, secret.Text, error) {
	a, err := s.Store.ByID(ctx, sess.AccountID)
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, fmt.Errorf("find account: %w", err)
	}
	hash, err := s.hashForGrant(ctx, a, pw, passwordGrant{
		id: grant.ID, expired: stepup.ErrRefused, consume: func(ctx context.Context) error { return s.StepUps.Consume(ctx, grant) },
	})
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	var done receipt.Receipt
	var token secret.Text
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, a.ID); err != nil {
			return err
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil { // a concurrent change of the password has revoked the grant
			return err
		}
		if err := s.store(ctx, a.ID, hash); err != nil {
			return err
		}
		if done, token, err = s.Engine.RevokeOthers(ctx, sess, browser); err != nil {
			return err
		}
		if done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: a.ID}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordChanged, AccountID: a.ID})
	})
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, fmt.Errorf("change password: %w", err)
	}
	return done, token, nil
}

// Reset sets a new password, or the first one, with the token of a mailed link, which it consumes. It revokes everything that
// the old password opened and creates no session, so that the next sign-in still requires the second factor (T-24). It records
// the time of the reset, after which MFA cannot be removed for a while, unless a dispute has forced the reset: an attacker must
// not block the owner's recovery by provoking disputes. The link is checked first, and a rejected password leaves it valid, as
// for Change. It returns maillink.ErrExpired, also if the account is disabled, and the errors of
// [PasswordPolicy.ValidateAndHash].
func (s *Passwords) Reset(ctx context.Context, token, pw secret.Text) (receipt.Receipt, error) {
	l, err := s.Links.Lookup(ctx, maillink.ResetPassword, token)
	if err != nil {
		return receipt.Receipt{}, err
	}
	a, err := s.Store.ByID(ctx, l.AccountID)
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("find account: %w", err)
	}
	if a.Disabled() { // disabling the account after this read revokes the link
		return receipt.Receipt{}, maillink.ErrExpired
	}
	hash, err := s.hashForGrant(ctx, a, pw, passwordGrant{
		id: l.ID, expired: maillink.ErrExpired, consume: func(ctx context.Context) error { return s.Links.Consume(ctx, l) },
	})
	if err != nil {
		return receipt.Receipt{}, err
	}
	var done receipt.Receipt
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, a.ID); err != nil {
			return err
		}
		if err := s.Links.Consume(ctx, l); err != nil {
			return err
		}
		if done.SessionsEnded, err = s.replace(ctx, a.ID, hash); err != nil {
			return err
		}
		if !a.NeedsReset() { // setting or removing the password after this read revokes the link
			if err := s.Store.SetResetAt(ctx, a.ID, s.Now()); err != nil {
				return err
			}
		}
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordReset, AccountID: a.ID}); err != nil {
			return err
		}
		if done.RecoveryCodesLeft, err = s.RecoveryCodes.RecoveryCodesLeft(ctx, a.ID); err != nil {
			return err
		}
		done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordResetDone, AccountID: a.ID})
		return err
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("reset password: %w", err)
	}
	return done, nil
}

// ForceReset removes the account's password and mails a link to set a new one. Until then every sign-in is rejected, so
// that the old password is of no use to an attacker. It revokes what the old password gave access to and returns the number of
// sessions ended. It runs in the transaction of ctx, if there is one.
func (s *Passwords) ForceReset(ctx context.Context, accountID string) (sessions int, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		a, err := s.Store.ByID(ctx, accountID)
		if err != nil {
			return err
		}
		if sessions, err = s.replace(ctx, a.ID, ""); err != nil {
			return err
		}
		if !a.Disabled() { // a disabled account cannot use the link
			if _, err := s.mailReset(ctx, a, notify.PasswordResetForced); err != nil {
				return err
			}
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordResetRequested, AccountID: a.ID, Reason: "forced"})
	})
	if err != nil {
		return 0, fmt.Errorf("force password reset: %w", err)
	}
	return sessions, nil
}

// NeedsReset reports whether the account has no password: see [Account.NeedsReset].
func (s *Passwords) NeedsReset(ctx context.Context, accountID string) (bool, error) {
	a, err := s.Store.ByID(ctx, accountID)
	return a.NeedsReset(), err
}

// Set sets the password of a demo account and revokes nothing. It returns ErrNotFound and the errors of
// [PasswordPolicy.ValidateAndHash].
func (s *Passwords) Set(ctx context.Context, id string, pw secret.Text) error {
	a, err := s.Store.ByID(ctx, id)
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	hash, err := s.Policy.ValidateAndHash(ctx, a, pw)
	if err != nil {
		return err
	}
	if err := s.Store.SetPassword(ctx, id, hash, s.Now()); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// replace stores a hash, or none, and revokes everything that the previous password gave access to. It returns the number of
// sessions ended.
func (s *Passwords) replace(ctx context.Context, accountID, hash string) (sessions int, err error) {
	if err := s.store(ctx, accountID, hash); err != nil {
		return 0, err
	}
	if err := s.Engine.ResetPasswordFailures(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Engine.RevokeAll(ctx, accountID)
}

// store stores a hash, or none, and cancels the pending changes that the previous password may have requested.
func (s *Passwords) store(ctx context.Context, accountID, hash string) error {
	if err := s.Store.SetPassword(ctx, accountID, hash, s.Now()); err != nil {
		return err
	}
	return s.Pending.CancelPendingChanges(ctx, accountID)
}
