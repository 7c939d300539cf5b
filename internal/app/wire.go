package app

import (
	"context"
	"fmt"
	"net/http"

	"twofold/api"
	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/config"
	"twofold/internal/dispute"
	"twofold/internal/keyring"
	"twofold/internal/maillink"
	"twofold/internal/metrics"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/restorefence"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

// wiring holds the services while they are built. Each is built once, complete, after the services that it needs.
type wiring struct {
	config.Config
	Options
	db     *store.DB
	ring   *keyring.Ring
	hasher *password.Hasher
	ready  *readiness

	auditLog     audit.Log
	rotation     *keyring.Rotation
	restoreFence *restorefence.Service
	links        *maillink.Service
	notices      *notify.Service
	attempts     *throttle.Limiter
	sessions     *session.Service
	stepUps      *stepup.Service
	pending      *account.PendingChanges
	methods      *mfa.Service
	policy       account.PasswordPolicy
	accounts     *account.Service
	removals     *mfaremoval.Service
	engine       *authn.Service
	passwords    *account.Passwords
	admin        *admin.Service
	hashCosts    *account.HashCosts
	metrics      *metrics.Metrics
}

// wireNotifications builds the activity log, mailed links, and notices.
func (h *wiring) wireNotifications() error {
	h.auditLog = audit.Log{To: h.Audit, Store: store.Activity{DB: h.db}, Now: h.Now, NewID: newID}
	h.links = &maillink.Service{Store: store.Links{DB: h.db}, Now: h.Now, NewID: newID}
	sender, err := newSender(h.Config, h.Log, h.Now)
	if err != nil {
		return err
	}
	h.notices = &notify.Service{
		Store: store.Outbox{DB: h.db}, Recipients: account.Recipients{Store: store.Accounts{DB: h.db}}, Links: h.links, Sealer: h.ring,
		Mail: sender != nil, Sender: sender, Audit: h.auditLog, Log: h.Log,
		Product: h.Issuer, Support: h.Mail.Support, PublicURL: h.PublicURL,
		NotMe: h.Mail.NotMeLifetime, NewDevices: h.Mail.NewDeviceMails, Timeout: h.Mail.Timeout, Now: h.Now, NewID: newID,
	}
	return nil
}

// wireHashCosts builds account.HashCosts and takes its first sample. The key is the random id of the database, which no response
// contains.
func (h *wiring) wireHashCosts(ctx context.Context) error {
	generation, err := store.RestoreState{DB: h.db}.Generation(ctx)
	if err != nil {
		return fmt.Errorf("read the id of the database: %w", err)
	}
	h.hashCosts = &account.HashCosts{Store: store.Accounts{DB: h.db}, Hasher: h.hasher, Key: []byte(generation.Lineage)}
	return h.hashCosts.Sample(ctx)
}

// wireKeyRotation builds the rotation of the signing keys.
func (h *wiring) wireKeyRotation() {
	h.rotation = &keyring.Rotation{
		Ring: h.ring, Sealed: store.Keys{DB: h.db}, Audit: h.auditLog, Log: h.Log,
		Limits: keyring.Limits{Lifetime: h.Keys.SigningLifetime, Lead: h.Keys.SigningLead, Keep: h.Keys.SigningKeep},
	}
}

// wireRestoreFence builds the detection of restored databases, and runs it once.
func (h *wiring) wireRestoreFence(ctx context.Context) error {
	h.restoreFence = &restorefence.Service{
		Store: store.RestoreState{DB: h.db}, Keys: h.rotation, Notices: h.notices, Audit: h.auditLog, Log: h.Log, File: h.RestoreStateFile(),
		Now: h.Now, NewID: newID,
	}
	h.ready.restoreFence = h.restoreFence
	return h.restoreFence.Open(ctx)
}

// wireSessions builds what a credential check yields, sessions and step-up tokens, and the limits of failed attempts.
func (h *wiring) wireSessions() {
	h.attempts = &throttle.Limiter{
		Store: store.Attempts{DB: h.db},
		Limits: throttle.Limits{
			FreeAttempts: h.Attempts.FreeAttempts, FirstBackoff: h.Attempts.FirstBackoff, MaxBackoff: h.Attempts.MaxBackoff, HardLimit: h.Attempts.HardLimit,
			QueueTimeout: h.Passwords.HashWait,
		},
		Now: h.Now,
	}
	h.sessions = &session.Service{
		Store: store.Sessions{DB: h.db},
		Limits: session.Limits{
			AAL1Idle: h.Sessions.AAL1Idle, AAL1Absolute: h.Sessions.AAL1Absolute,
			AAL2Idle: h.Sessions.AAL2Idle, AAL2Absolute: h.Sessions.AAL2Absolute,
			PerAccount: h.Sessions.PerAccount,
		},
		Now: h.Now, NewID: newID,
	}
	h.stepUps = &stepup.Service{
		Store: store.StepUps{DB: h.db}, Keys: h.ring, Audit: h.auditLog, Issuer: h.PublicURL, Lifetime: h.StepUp.Lifetime, Now: h.Now, NewID: newID,
	}
}

// mfaPolicy returns whether every account must have MFA, and from when.
func (h *wiring) mfaPolicy() mfa.Policy {
	return mfa.Policy{Required: h.MFA.Required(), From: h.MFA.RequiredFrom.Time}
}

// minPasswordLength returns the minimum length of a new password. It may be shorter once every account must have a second
// factor (NIST SP 800-63B-4 §3.1.1.2).
func (h *wiring) minPasswordLength() int {
	if h.mfaPolicy().RequiredAt(h.Now()) {
		return password.MinLengthWithMFA
	}
	return password.MinLength
}

// wireMFA builds MFA methods and recovery codes.
func (h *wiring) wireMFA() {
	h.pending = &account.PendingChanges{Addresses: store.PendingAddresses{DB: h.db}, Links: h.links, Now: h.Now}
	h.methods = &mfa.Service{
		Store: store.Methods{DB: h.db}, Accounts: store.Accounts{DB: h.db}, PendingChanges: h.pending,
		Trust:    authn.Trust{SignIns: store.SignIns{DB: h.db}, Devices: store.Devices{DB: h.db}, Now: h.Now},
		Sealer:   h.ring,
		Sessions: h.sessions, StepUps: h.stepUps, Hasher: h.hasher, Attempts: h.attempts, Audit: h.auditLog, Notices: h.notices,
		Limits: mfa.Limits{
			Methods: h.MFA.MaxMethods, EnrollmentLifetime: h.MFA.EnrollmentLifetime, EnrollmentTries: h.MFA.EnrollmentTries,
			RecoveryCodes: h.MFA.RecoveryCodes,
		},
		Policy: h.mfaPolicy(),
		Issuer: h.Issuer, Now: h.Now, NewID: newID,
	}
}

// wireAccounts builds accounts and their addresses, and MFA removals.
func (h *wiring) wireAccounts() {
	h.policy = account.PasswordPolicy{Hasher: h.hasher, Issuer: h.Issuer, Min: h.minPasswordLength}
	h.accounts = &account.Service{
		Store: store.Accounts{DB: h.db}, Policy: h.policy, Pending: h.pending, SentLinks: store.Resets{DB: h.db}, Links: h.links,
		Notices: h.notices, Mail: h.notices.Mail, StepUps: h.stepUps, RecoveryCodes: h.methods, Audit: h.auditLog,
		AddressLinks:       account.LinkLimits{PerHour: h.Mail.AddressMails, Lifetime: h.Mail.AddressLifetime},
		InvitationLifetime: h.Mail.InviteLifetime,
		Now:                h.Now, NewID: newID,
	}
	delay := h.Removal.Delay
	if !h.notices.Mail { // a removal that cannot be announced is not offered
		delay = 0
	}
	h.removals = &mfaremoval.Service{
		Store: store.Removals{DB: h.db}, Locks: store.Accounts{DB: h.db}, Accounts: h.accounts, Methods: h.methods,
		Notices: h.notices, Links: h.links, Attempts: h.attempts, Audit: h.auditLog,
		Limits: mfaremoval.Limits{
			Delay: delay, Cooldown: h.Removal.Cooldown, Remind: h.Removal.Remind, MaxTick: h.Removal.TickMax,
			LinkLifetime: h.Removal.LinkLifetime,
		},
		Now: h.Now, NewID: newID,
	}
}

// wireAuthn builds the authentication engine, and the services that revoke what it has granted: passwords and
// administration.
func (h *wiring) wireAuthn() {
	h.engine = &authn.Service{
		Store: store.SignIns{DB: h.db}, Devices: store.Devices{DB: h.db}, Accounts: store.Accounts{DB: h.db},
		Passwords: h.hasher, Attempts: h.attempts, Methods: h.methods, Sessions: h.sessions, StepUps: h.stepUps,
		Removals: h.removals, Audit: h.auditLog, Notices: h.notices,
		Limits: authn.Limits{
			SignInLifetime: h.SignIns.Lifetime, SignInTries: h.SignIns.Tries, MaxPending: h.SignIns.MaxPending,
			DeviceLifetime: h.Devices.Lifetime, Devices: h.Devices.PerAccount,
		},
		Now: h.Now, NewID: newID,
	}
	h.passwords = &account.Passwords{
		Store: store.Accounts{DB: h.db}, Policy: h.policy, Pending: h.pending, Requests: store.Resets{DB: h.db}, Links: h.links,
		Notices: h.notices, Mail: h.notices.Mail, StepUps: h.stepUps, Tries: h.attempts, Engine: h.engine, RecoveryCodes: h.methods, Sealer: h.ring,
		Audit: h.auditLog, ResetLinks: account.LinkLimits{PerHour: h.Mail.ResetMails, Lifetime: h.Mail.ResetLifetime},
		Now: h.Now, NewID: newID,
	}
	h.admin = &admin.Service{
		Store: store.AdminAccounts{Accounts: store.Accounts{DB: h.db}}, Accounts: h.accounts, Pending: h.pending, Revoker: h.engine,
		Methods: h.methods, Passwords: h.passwords, Sessions: h.sessions, StepUps: h.stepUps, Removals: h.removals,
		Attempts: h.attempts, Notices: h.notices, Audit: h.auditLog, Now: h.Now,
	}
}

// newHandler builds the HTTP handler: the API and the page.
func (h *wiring) newHandler() (http.Handler, error) {
	return api.New(api.Options{
		Contract: h.Contract, Page: h.Page, PublicURL: h.PublicURL, Secure: h.Secure(), MaxBody: h.HTTP.MaxBody,
		Proxies: h.TrustedProxies,
		About: api.About{
			Name: h.Issuer, Support: h.Mail.Support, Mail: h.notices.Mail,
			RemovalDelay: h.removals.Limits.Delay, RemovalCooldown: h.removals.Limits.Cooldown,
		},
		Accounts: h.accounts, Passwords: h.passwords, Authn: h.engine, Sessions: h.sessions, StepUps: h.stepUps, Methods: h.methods,
		Removals: h.removals, Administration: h.admin, Keys: h.ring, Audit: h.auditLog,
		NotMe: &dispute.Service{
			Store: store.Accounts{DB: h.db}, Links: h.links, Accounts: h.accounts, Passwords: h.passwords, Pending: h.pending,
			Methods: h.methods, Removals: h.removals, Revoker: h.engine, Notices: h.notices, Audit: h.auditLog,
		},
		SignIns:  &throttle.IPLimiter{Limit: h.Addresses.SignInLimit, Window: h.Addresses.SignInWindow, Now: h.Now},
		Failures: &throttle.IPLimiter{Limit: h.Addresses.FailureLimit, Window: h.Addresses.FailureWindow, Now: h.Now},
		Ready:    h.ready.reasons, Count: h.metrics.Request, Traces: h.Traces,
		Log: h.Log, Now: h.Now, NewID: newID,
	})
}

// canonicalizeAddresses changes addresses that an earlier version stored in another spelling, and logs the accounts that cannot
// be changed because another account has the address. It only logs an error, because a standby, which cannot be written, starts
// too.
func (h *wiring) canonicalizeAddresses(ctx context.Context) {
	pairs, err := h.accounts.CanonicalizeAddresses(ctx)
	if err != nil {
		h.Log.WarnContext(ctx, "addresses not changed to their canonical spelling", "error", err)
	}
	for _, p := range pairs {
		h.Log.WarnContext(ctx, "account cannot sign in, because another one has the same email address", "account", p.Unreachable.ID, "other", p.Found.ID)
	}
}
