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
	// HasAny says whether the account was ever signed in to.
	HasAny(ctx context.Context, accountID string) (bool, error)
	// Find answers a zero Device where there is none.
	Find(ctx context.Context, accountID string, digest [32]byte) (Device, error)
	// Upsert adds a device, or gives the one with the digest new times.
	Upsert(ctx context.Context, d Device, digest [32]byte) error
	// Rotate gives a browser another digest, in all of its accounts, and new times in the one of d.
	Rotate(ctx context.Context, d Device, from, to [32]byte) error
	// Rekey gives a browser another digest, in all of its accounts.
	Rekey(ctx context.Context, from, to [32]byte) error
	// RevokeTrust ends all of the account's devices but the one with the id keep.
	Revoke(ctx context.Context, accountID, keep string, at time.Time) error
	// Prune takes away the account's devices that are past their end, and all but the keep last used.
	Prune(ctx context.Context, accountID string, at time.Time, keep int) error
}

// recognize answers the account's device that a browser's token stands for, or a zero one.
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

// deviceTouchFraction is how many times in its lifetime a script's last use is written, so that a run in every minute is no write in
// every minute.
const deviceTouchFraction = 180

// rememberDevice remembers where the account is being signed in from, tells its owner when that is new, and answers the browser's
// next token. That is another one each time, in all of the browser's accounts: what somebody may have put there before,
// or copied, stands for nothing from now on. The very first sign-in of an account is no news.
func (s *Service) rememberDevice(ctx context.Context, now Snapshot, o sessionParams) (secret.Text, error) {
	d, next := now.ScriptDevice, secret.Text{}
	digest := scriptDigest(audit.ClientOf(ctx))
	if o.delivery == session.Cookie {
		d, next = now.Browser, secret.Random("tf_d_")
		digest = next.Hash()
	}
	at := s.Now()
	known := at.Before(d.ExpiresAt)
	if known && o.delivery == session.Token && at.Sub(d.LastUsedAt) < s.Limits.DeviceLifetime/deviceTouchFraction {
		return next, nil
	}
	if d.ID == "" {
		d = Device{ID: s.NewID(), AccountID: now.Account.ID, Delivery: o.delivery}
	}
	d.LastUsedAt, d.ExpiresAt = at, at.Add(s.Limits.DeviceLifetime)
	if known && o.delivery == session.Cookie {
		if err := s.Devices.Rotate(ctx, d, o.browser.Hash(), digest); err != nil {
			return secret.Text{}, fmt.Errorf("renew device: %w", err)
		}
		return next, nil
	}
	if !known {
		return next, s.rememberNewDevice(ctx, d, o, digest)
	}
	if err := s.Devices.Upsert(ctx, d, digest); err != nil {
		return secret.Text{}, fmt.Errorf("remember device: %w", err)
	}
	return next, nil
}

// rememberNewDevice remembers a device that the account does not know, or knew long ago.
func (s *Service) rememberNewDevice(ctx context.Context, d Device, o sessionParams, digest [32]byte) error {
	before, err := s.Devices.HasAny(ctx, d.AccountID)
	if err != nil {
		return fmt.Errorf("look for devices: %w", err)
	}
	if o.delivery == session.Cookie && !o.browser.IsZero() {
		if err := s.Devices.Rekey(ctx, o.browser.Hash(), digest); err != nil {
			return fmt.Errorf("renew device: %w", err)
		}
	}
	if err := s.Devices.Upsert(ctx, d, digest); err != nil {
		return fmt.Errorf("remember device: %w", err)
	}
	if err := s.Devices.Prune(ctx, d.AccountID, d.LastUsedAt, s.Limits.Devices); err != nil {
		return fmt.Errorf("forget old devices: %w", err)
	}
	if before {
		_, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.NewDevice, AccountID: d.AccountID})
	}
	return err
}

// notifyAfterFailures tells the account's owner of a success that comes after as many failures as start a wait, whatever was wrong and
// wherever they came from.
func (s *Service) notifyAfterFailures(ctx context.Context, now Snapshot) error {
	if now.Failures < s.Attempts.Limits.FreeAttempts {
		return nil
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.SignInAfterFailures, AccountID: now.Account.ID, Count: now.Failures})
	return err
}

// RevokeTrust ends what an account's old password began: sign-ins that wait for a code, and the recognition of every device
// but the one with the id keep (empty: none is spared). Call it in the transaction that replaces the password, or that
// ends what somebody else did.
func (s *Service) RevokeTrust(ctx context.Context, accountID, keep string) error {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("end pending sign-ins: %w", err)
	}
	if err := s.Devices.Revoke(ctx, accountID, keep, s.Now()); err != nil {
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

// withDeviceBucket puts a guess on the budget of the claim's device, where it has one and the session has none.
func (c attempt) withDeviceBucket(g throttle.Attempt) throttle.Attempt {
	if c.device.ID != "" && g.Bucket == throttle.AnonymousBucket {
		g.Bucket = throttle.DeviceBucket(c.device.ID)
	}
	return g
}
