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

// Device is a browser or a script that an account was signed in from. A browser is recognized by its cookie, a script by
// its network and user agent. A known device skips no credential. A known browser has attempt budgets of its own, so that
// attackers cannot lock the user out: for passwords, and after a sign-in with two factors for codes too. A sign-in from a known
// device sends no notice.
type Device struct {
	ID          string
	AccountID   string
	Delivery    session.Delivery // Cookie: a browser; Token: a script
	LastUsedAt  time.Time
	ExpiresAt   time.Time
	TwoFactorAt time.Time // of the last sign-in with two factors; zero: none since the device is known
}

// Devices stores devices by digest. Every look-up is bound to the account.
type Devices interface {
	// HasAny reports whether the account has ever been signed in to.
	HasAny(ctx context.Context, accountID string) (bool, error)
	// Find returns a zero Device if there is none.
	Find(ctx context.Context, accountID string, digest [32]byte) (Device, error)
	// Upsert inserts a device, or replaces the id and the times of the one with the digest.
	Upsert(ctx context.Context, d Device, digest [32]byte) error
	// Rotate changes a browser's digest in all of its accounts, and its times in the account of d.
	Rotate(ctx context.Context, d Device, from, to [32]byte) error
	// Rekey changes a browser's digest in all of its accounts.
	Rekey(ctx context.Context, from, to [32]byte) error
	// Revoke expires all devices of the account but the one with the id keep.
	Revoke(ctx context.Context, accountID, keep string, at time.Time) error
	// Prune deletes the account's expired devices, and all but the keep most recently used.
	Prune(ctx context.Context, accountID string, at time.Time, keep int) error
}

// deviceTouchFraction limits writes: LastUsedAt of a script is updated at most once per
// Limits.DeviceLifetime/deviceTouchFraction.
const deviceTouchFraction = 180

// rememberDevice records the device of a sign-in, notifies the owner if it is new, and returns the browser's next device
// token. The token is rotated at every sign-in, for every account known to that browser, so that a planted or copied token
// stops working. The first sign-in of an account sends no notice.
func (s *Service) rememberDevice(ctx context.Context, now Snapshot, p sessionParams) (secret.Text, error) {
	d, next := now.ScriptDevice, secret.Text{}
	digest := scriptDigest(audit.ClientOf(ctx))
	if p.delivery == session.Cookie {
		d, next = now.Browser, secret.Random("tf_d_")
		digest = next.Hash()
	}
	at := s.Now()
	known := at.Before(d.ExpiresAt)
	if known && p.delivery == session.Token && at.Sub(d.LastUsedAt) < s.Limits.DeviceLifetime/deviceTouchFraction {
		return next, nil
	}
	if !known { // an expired device gets a new id, so that its attempt budgets begin anew
		d = Device{ID: s.NewID(), AccountID: now.Account.ID, Delivery: p.delivery}
	}
	d.LastUsedAt, d.ExpiresAt = at, at.Add(s.Limits.DeviceLifetime)
	if p.amr.ACR() == session.AAL2 {
		d.TwoFactorAt = at
	}
	if known && p.delivery == session.Cookie {
		if err := s.Devices.Rotate(ctx, d, p.browser.Hash(), digest); err != nil {
			return secret.Text{}, fmt.Errorf("rotate device token: %w", err)
		}
		return next, nil
	}
	if !known {
		return next, s.rememberNewDevice(ctx, d, p, digest)
	}
	if err := s.Devices.Upsert(ctx, d, digest); err != nil {
		return secret.Text{}, fmt.Errorf("store device: %w", err)
	}
	return next, nil
}

// rememberNewDevice records a device that the account does not know, or that has expired.
func (s *Service) rememberNewDevice(ctx context.Context, d Device, p sessionParams, digest [32]byte) error {
	notFirst, err := s.Devices.HasAny(ctx, d.AccountID)
	if err != nil {
		return fmt.Errorf("look for known devices: %w", err)
	}
	if p.delivery == session.Cookie && !p.browser.IsZero() {
		if err := s.Devices.Rekey(ctx, p.browser.Hash(), digest); err != nil {
			return fmt.Errorf("rotate device token: %w", err)
		}
	}
	if err := s.Devices.Upsert(ctx, d, digest); err != nil {
		return fmt.Errorf("store device: %w", err)
	}
	if err := s.Devices.Prune(ctx, d.AccountID, d.LastUsedAt, s.Limits.Devices); err != nil {
		return fmt.Errorf("delete old devices: %w", err)
	}
	if notFirst {
		_, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.NewDevice, AccountID: d.AccountID})
	}
	return err
}

// notifyAfterFailures notifies the account's owner of a sign-in that follows as many failures as start a backoff, whatever
// credential was wrong and wherever they came from.
func (s *Service) notifyAfterFailures(ctx context.Context, now Snapshot) error {
	if now.Failures < s.Attempts.Limits.FreeAttempts {
		return nil
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.SignInAfterFailures, AccountID: now.Account.ID, Count: now.Failures})
	return err
}

// scriptDigest identifies a script by the network of its address (IPv4 /24, IPv6 /48) and its user agent, which is enough
// to send no notice at each of its runs.
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

// withDeviceBucket moves an attempt from the anonymous bucket to the bucket of the device, if the device is known. For a second
// factor the device must also have signed in with two factors. Otherwise an attacker with the password could make many devices
// known, and use up the owner's total of failures with their budgets (T-08, T-14).
func (a attempt) withDeviceBucket(counted throttle.Attempt) throttle.Attempt {
	trusted := a.device.ID != "" && (counted.Kind == throttle.Password || !a.device.TwoFactorAt.IsZero())
	if trusted && counted.Bucket == throttle.AnonymousBucket {
		counted.Bucket = throttle.DeviceBucket(a.device.ID)
	}
	return counted
}
