package app

import (
	"context"
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

// wiring is the house while it is put together, each part after those that it needs.
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
	accounts     *account.Service
	links        *maillink.Service
	notices      *notify.Service
	attempts     *throttle.Limiter
	sessions     *session.Service
	stepUps      *stepup.Service
	methods      *mfa.Service
	removals     *mfaremoval.Service
	engine       *authn.Service
	admin        *admin.Service
	metrics      *metrics.Metrics
}

// wireNotifications makes what happened known: in the activity, and by mail.
func (h *wiring) wireNotifications() error {
	h.auditLog = audit.Log{To: h.Audit, Store: store.Activity{DB: h.db}, Now: h.Now, NewID: newID}
	h.links = &maillink.Service{Store: store.Links{DB: h.db}, Now: h.Now, NewID: newID}
	h.accounts = &account.Service{
		Store: store.Accounts{DB: h.db}, Pending: store.PendingAddresses{DB: h.db}, Resets: store.Resets{DB: h.db},
		Passwords: h.hasher, MinLength: h.minLength, Issuer: h.Issuer, Links: h.links, Sealer: h.ring, Audit: h.auditLog,
		Limits: account.Limits{
			ResetLifetime: h.Mail.ResetLifetime, ResetMails: h.Mail.ResetMails,
			AddressMails: h.Mail.AddressMails, AddressLifetime: h.Mail.AddressLifetime,
		},
		Now: h.Now, NewID: newID,
	}
	h.notices = &notify.Service{
		Store: store.Outbox{DB: h.db}, Recipients: h.accounts, Links: h.links, Sealer: h.ring, Audit: h.auditLog, Log: h.Log,
		Product: h.Issuer, Support: h.Mail.Support, PublicURL: h.PublicURL,
		NotMe: h.Mail.NotMeLifetime, Timeout: h.Mail.Timeout, Now: h.Now, NewID: newID,
	}
	h.accounts.Notices = h.notices
	return sendMail(h.notices, h.Config, h.Now)
}

// policy says whether everybody has to have MFA.
func (h *wiring) policy() mfa.Policy {
	return mfa.Policy{Required: h.MFA.Required(), From: h.MFA.RequiredFrom.Time}
}

// minLength is that of a new password: where everybody needs another factor beside it, it may be shorter.
func (h *wiring) minLength() int {
	if h.policy().RequiredAt(h.Now()) {
		return password.MinLengthWithMFA
	}
	return password.MinLength
}

// wireKeyRotation makes what gives keys their turns.
func (h *wiring) wireKeyRotation() {
	h.rotation = &keyring.Rotation{
		Ring: h.ring, Sealed: store.Keys{DB: h.db}, Audit: h.auditLog, Log: h.Log,
		Limits: keyring.Limits{Lifetime: h.Keys.SigningLifetime, Lead: h.Keys.SigningLead, Keep: h.Keys.SigningKeep},
	}
}

// wireRestoreFence makes what notices that the database was restored.
func (h *wiring) wireRestoreFence(ctx context.Context) error {
	h.restoreFence = &restorefence.Service{
		Store: store.RestoreState{DB: h.db}, Keys: h.rotation, Notices: h.notices, Audit: h.auditLog, Log: h.Log, File: h.Epochs(),
		Now: h.Now, NewID: newID,
	}
	h.ready.restoreFence = h.restoreFence
	return h.restoreFence.Open(ctx)
}

// wireSessions makes what right proofs earn, and counts wrong ones.
func (h *wiring) wireSessions() {
	h.attempts = &throttle.Limiter{
		Store: store.Attempts{DB: h.db},
		Limits: throttle.Limits{
			FreeAttempts: h.Attempts.Free, FirstBackoff: h.Attempts.Wait, MaxBackoff: h.Attempts.MaxWait, HardLimit: h.Attempts.Cap,
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
	h.accounts.StepUps = h.stepUps
}

// wireMFA makes what an account holds beyond its password, and the slow way out for who lost it.
func (h *wiring) wireMFA() {
	h.methods = &mfa.Service{
		Store: store.Methods{DB: h.db}, Accounts: store.Accounts{DB: h.db}, PendingChanges: h.accounts, Sealer: h.ring,
		Sessions: h.sessions, StepUps: h.stepUps, Hasher: h.hasher, Attempts: h.attempts, Audit: h.auditLog, Notices: h.notices,
		Limits: mfa.Limits{
			Methods: h.MFA.MaxMethods, EnrollmentLifetime: h.MFA.EnrollmentLifetime, EnrollmentTries: h.MFA.EnrollmentTries,
			RecoveryCodes: h.MFA.RecoveryCodes,
		},
		Policy: h.policy(),
		Issuer: h.Issuer, Now: h.Now, NewID: newID,
	}
	h.removals = &mfaremoval.Service{
		Store: store.Removals{DB: h.db}, Locks: store.Accounts{DB: h.db}, Accounts: h.accounts, Methods: h.methods,
		Notices: h.notices, Links: h.links, Attempts: h.attempts, Audit: h.auditLog,
		Limits: mfaremoval.Limits{
			Delay: h.Removal.Delay, Cooldown: h.Removal.Pause, Remind: h.Removal.Remind, MaxTick: h.Removal.TickMax,
			LinkLifetime: h.Removal.LinkLifetime,
		},
		Now: h.Now, NewID: newID,
	}
	if !h.notices.Mail { // who could be announced to?
		h.removals.Limits.Delay = 0
	}
}

// wireAuthn makes the engine that turns proofs into rewards, and what looks after the accounts of others.
func (h *wiring) wireAuthn() {
	h.engine = &authn.Service{
		Store: store.SignIns{DB: h.db}, Devices: store.Devices{DB: h.db}, Accounts: store.Accounts{DB: h.db}, PasswordPolicy: h.accounts,
		Passwords: h.hasher, Attempts: h.attempts, Methods: h.methods, Sessions: h.sessions, StepUps: h.stepUps,
		Removals: h.removals, Audit: h.auditLog, Notices: h.notices,
		Limits: authn.Limits{
			SignInLifetime: h.SignIns.Lifetime, SignInTries: h.SignIns.Tries, MaxPending: h.SignIns.Open,
			DeviceLifetime: h.Devices.Lifetime, Devices: h.Devices.PerAccount,
		},
		Now: h.Now, NewID: newID,
	}
	h.accounts.Revoker = h.engine
	h.admin = &admin.Service{
		Store: store.AdminAccounts{Accounts: store.Accounts{DB: h.db}}, Accounts: h.accounts, Revoker: h.engine, Methods: h.methods,
		Sessions: h.sessions, StepUps: h.stepUps, Removals: h.removals, Attempts: h.attempts, Notices: h.notices, Audit: h.auditLog,
		Now: h.Now,
	}
}

// newHandler makes the HTTP side.
func (h *wiring) newHandler() (http.Handler, error) {
	return api.New(api.Options{
		Contract: h.Contract, Page: h.Page, PublicURL: h.PublicURL, Secure: h.Secure(), MaxBody: h.HTTP.MaxBody,
		Proxies: h.TrustedProxies,
		About: api.About{
			Name: h.Issuer, Support: h.Mail.Support, Mail: h.notices.Mail,
			RemovalDelay: h.removals.Limits.Delay, RemovalCooldown: h.removals.Limits.Cooldown,
		},
		Accounts: h.accounts, Authn: h.engine, Sessions: h.sessions, StepUps: h.stepUps, Methods: h.methods,
		Removals: h.removals, Administration: h.admin, Keys: h.ring, Audit: h.auditLog,
		NotMe: &dispute.Service{
			Store: store.Accounts{DB: h.db}, Links: h.links, Accounts: h.accounts, Revoker: h.engine, Methods: h.methods,
			Notices: h.notices, Audit: h.auditLog, UndoWindow: h.Mail.NotMeLifetime, Now: h.Now,
		},
		SignIns:  &throttle.IPLimiter{Limit: h.Addresses.SignInLimit, Window: h.Addresses.SignInWindow, Now: h.Now},
		Failures: &throttle.IPLimiter{Limit: h.Addresses.FailureLimit, Window: h.Addresses.FailureWindow, Now: h.Now},
		Ready:    h.ready.reasons, Count: h.metrics.Request, Traces: h.Traces,
		Log: h.Log, Now: h.Now, NewID: newID,
	})
}
