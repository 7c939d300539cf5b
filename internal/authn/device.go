package authn

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"time"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// Device is where an account was signed in from: a browser, told by its cookie, or a script, told by its network and what
// it calls itself. Being known skips no proof. It gives a browser a budget of its own, so that a stranger cannot lock its
// owner out, and spares the owner a notice.
type Device struct {
	ID         string
	AccountID  string
	Delivery   session.Delivery // Cookie: a browser; Token: a script
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// Devices keeps them, by digest. Every look-up is bound to the account.
type Devices interface {
	// Any says whether the account was ever signed in to.
	Any(ctx context.Context, accountID string) (bool, error)
	// Find answers a zero Device where there is none.
	Find(ctx context.Context, accountID string, digest [32]byte) (Device, error)
	// Keep adds a device, or gives the one with the digest new times.
	Keep(ctx context.Context, d Device, digest [32]byte) error
	// Move gives a browser another digest, in all of its accounts.
	Move(ctx context.Context, from, to [32]byte) error
	// Forget ends all of the account's devices but the one with the id keep.
	Forget(ctx context.Context, accountID, keep string, at time.Time) error
	// Tidy takes away the account's devices that are past their end, and all but the keep last used.
	Tidy(ctx context.Context, accountID string, at time.Time, keep int) error
}

// recognize answers the account's device that a browser's token stands for, or a zero one. It costs the same for an
// address that has no account.
func (s *Service) recognize(ctx context.Context, accountID string, token secret.Text) (Device, error) {
	if token.IsZero() {
		return Device{}, nil
	}
	d, err := s.Devices.Find(ctx, accountID, token.Hash())
	if err != nil {
		return Device{}, fmt.Errorf("recognize device: %w", err)
	}
	if d.Delivery != session.Cookie || !s.Now().Before(d.ExpiresAt) {
		return Device{}, nil
	}
	return d, nil
}

// meet remembers where the account is being signed in from, tells its owner when that is new, and answers the browser's
// next token. That is another one each time, in all of the browser's accounts: what somebody may have put there before,
// or copied, stands for nothing from now on. The very first sign-in of an account is no news.
func (s *Service) meet(ctx context.Context, accountID string, delivery session.Delivery, token secret.Text) (secret.Text, error) {
	before, err := s.Devices.Any(ctx, accountID)
	if err != nil {
		return secret.Text{}, fmt.Errorf("look for devices: %w", err)
	}
	var next secret.Text
	digest := scriptDigest(audit.ClientOf(ctx))
	if delivery == session.Cookie {
		next = secret.Random("tf_d_")
		digest = next.Hash()
		if !token.IsZero() {
			if err := s.Devices.Move(ctx, token.Hash(), digest); err != nil {
				return secret.Text{}, fmt.Errorf("renew device: %w", err)
			}
		}
	}
	d, err := s.Devices.Find(ctx, accountID, digest)
	if err != nil {
		return secret.Text{}, fmt.Errorf("recognize device: %w", err)
	}
	now := s.Now()
	isNew := !now.Before(d.ExpiresAt)
	if d.ID == "" {
		d = Device{ID: s.NewID(), AccountID: accountID, Delivery: delivery}
	}
	d.LastUsedAt, d.ExpiresAt = now, now.Add(s.Limits.DeviceLifetime)
	if err := s.Devices.Keep(ctx, d, digest); err != nil {
		return secret.Text{}, fmt.Errorf("remember device: %w", err)
	}
	if err := s.Devices.Tidy(ctx, accountID, now, s.Limits.Devices); err != nil {
		return secret.Text{}, fmt.Errorf("forget old devices: %w", err)
	}
	if before && isNew {
		_, err = s.Notices.Post(ctx, notify.Notice{Kind: notify.NewDevice, AccountID: accountID})
	}
	return next, err
}

// warn tells the account's owner of a success that comes after as many failures as start a wait, whatever was wrong and
// wherever they came from. Call it before the success is recorded.
func (s *Service) warn(ctx context.Context, accountID string) error {
	failures, err := s.Audit.CountSince(ctx, accountID, audit.SignInFailed, audit.SignInSucceeded)
	if err != nil || failures < s.Attempts.Limits.Free {
		return err
	}
	_, err = s.Notices.Post(ctx, notify.Notice{Kind: notify.FailuresThenSuccess, AccountID: accountID, Count: failures})
	return err
}

// Forget ends what an account's old password began: sign-ins that wait for a code, and the recognition of every device
// but the one with the id keep (empty: none is spared). Call it in the transaction that replaces the password, or that
// ends what somebody else did.
func (s *Service) Forget(ctx context.Context, accountID, keep string) error {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("end pending sign-ins: %w", err)
	}
	if err := s.Devices.Forget(ctx, accountID, keep, s.Now()); err != nil {
		return fmt.Errorf("forget devices: %w", err)
	}
	return nil
}

// scriptDigest tells scripts apart well enough to spare their owner a notice at each run: by the network of their address
// (IPv4 /24, IPv6 /48) and by their user agent.
func scriptDigest(c audit.Client) [32]byte {
	network := c.IP
	if ip, err := netip.ParseAddr(c.IP); err == nil {
		ip, bits := ip.Unmap().WithZone(""), 48
		if ip.Is4() {
			bits = 24
		}
		network = netip.PrefixFrom(ip, bits).Masked().String()
	}
	return sha256.Sum256([]byte("script " + network + "\n" + c.UserAgent))
}

// on puts a guess on the budget of the claim's device, where it has one and the session has none.
func (c claim) on(g throttle.Guess) throttle.Guess {
	if c.device.ID != "" && g.Bucket == throttle.Anyone {
		g.Bucket = throttle.DeviceBucket(c.device.ID)
	}
	return g
}
