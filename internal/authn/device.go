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
	// Renew gives a browser another digest, in all of its accounts, and new times in the one of d.
	Renew(ctx context.Context, d Device, from, to [32]byte) error
	// Move gives a browser another digest, in all of its accounts.
	Move(ctx context.Context, from, to [32]byte) error
	// Forget ends all of the account's devices but the one with the id keep.
	Forget(ctx context.Context, accountID, keep string, at time.Time) error
	// Tidy takes away the account's devices that are past their end, and all but the keep last used.
	Tidy(ctx context.Context, accountID string, at time.Time, keep int) error
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

// often is how many times in its lifetime a script's last use is written, so that a run in every minute is no write in
// every minute.
const often = 180

// meet remembers where the account is being signed in from, tells its owner when that is new, and answers the browser's
// next token. That is another one each time, in all of the browser's accounts: what somebody may have put there before,
// or copied, stands for nothing from now on. The very first sign-in of an account is no news.
func (s *Service) meet(ctx context.Context, now Standing, o opening) (secret.Text, error) {
	d, next := now.Script, secret.Text{}
	digest := scriptDigest(audit.ClientOf(ctx))
	if o.delivery == session.Cookie {
		d, next = now.Browser, secret.Random("tf_d_")
		digest = next.Hash()
	}
	at := s.Now()
	known := at.Before(d.ExpiresAt)
	if known && o.delivery == session.Token && at.Sub(d.LastUsedAt) < s.Limits.DeviceLifetime/often {
		return next, nil
	}
	if d.ID == "" {
		d = Device{ID: s.NewID(), AccountID: now.Account.ID, Delivery: o.delivery}
	}
	d.LastUsedAt, d.ExpiresAt = at, at.Add(s.Limits.DeviceLifetime)
	if known && o.delivery == session.Cookie {
		if err := s.Devices.Renew(ctx, d, o.browser.Hash(), digest); err != nil {
			return secret.Text{}, fmt.Errorf("renew device: %w", err)
		}
		return next, nil
	}
	if !known {
		return next, s.meetNew(ctx, d, o, digest)
	}
	if err := s.Devices.Keep(ctx, d, digest); err != nil {
		return secret.Text{}, fmt.Errorf("remember device: %w", err)
	}
	return next, nil
}

// meetNew remembers a device that the account does not know, or knew long ago.
func (s *Service) meetNew(ctx context.Context, d Device, o opening, digest [32]byte) error {
	before, err := s.Devices.Any(ctx, d.AccountID)
	if err != nil {
		return fmt.Errorf("look for devices: %w", err)
	}
	if o.delivery == session.Cookie && !o.browser.IsZero() {
		if err := s.Devices.Move(ctx, o.browser.Hash(), digest); err != nil {
			return fmt.Errorf("renew device: %w", err)
		}
	}
	if err := s.Devices.Keep(ctx, d, digest); err != nil {
		return fmt.Errorf("remember device: %w", err)
	}
	if err := s.Devices.Tidy(ctx, d.AccountID, d.LastUsedAt, s.Limits.Devices); err != nil {
		return fmt.Errorf("forget old devices: %w", err)
	}
	if before {
		_, err = s.Notices.Post(ctx, notify.Notice{Kind: notify.NewDevice, AccountID: d.AccountID})
	}
	return err
}

// warn tells the account's owner of a success that comes after as many failures as start a wait, whatever was wrong and
// wherever they came from.
func (s *Service) warn(ctx context.Context, now Standing) error {
	if now.Failures < s.Attempts.Limits.Free {
		return nil
	}
	_, err := s.Notices.Post(ctx, notify.Notice{Kind: notify.FailuresThenSuccess, AccountID: now.Account.ID, Count: now.Failures})
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
