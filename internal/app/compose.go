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
	"twofold/internal/epoch"
	"twofold/internal/keyring"
	"twofold/internal/link"
	"twofold/internal/metrics"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/notme"
	"twofold/internal/password"
	"twofold/internal/removal"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

// composition is the house while it is put together, each part after those that it needs.
type composition struct {
	config.Config
	Parts
	db     *store.DB
	ring   *keyring.Ring
	hasher *password.Hasher
	ready  *readiness

	trail    audit.Log
	rotation *keyring.Rotation
	epochs   *epoch.Service
	accounts *account.Service
	links    *link.Service
	notices  *notify.Service
	attempts *throttle.Limiter
	sessions *session.Service
	stepUps  *stepup.Service
	methods  *mfa.Service
	removals *removal.Service
	engine   *authn.Service
	admin    *admin.Service
	metrics  *metrics.Metrics
}

// tellPeople makes what happened known: in the activity, and by mail.
func (h *composition) tellPeople() error {
	h.trail = audit.Log{To: h.Audit, Store: store.Activity{DB: h.db}, Now: h.Now, NewID: newID}
	h.links = &link.Service{Store: store.Links{DB: h.db}, Now: h.Now, NewID: newID}
	h.accounts = &account.Service{
		Store: store.Accounts{DB: h.db}, Pending: store.PendingAddresses{DB: h.db}, Resets: store.Resets{DB: h.db},
		Passwords: h.hasher, MinLength: h.minLength, Issuer: h.Issuer, Links: h.links, Sealer: h.ring, Audit: h.trail,
		Limits: account.Limits{
			ResetLifetime: h.Mail.ResetLifetime, ResetMails: h.Mail.ResetMails,
			AddressMails: h.Mail.AddressMails, AddressLifetime: h.Mail.AddressLifetime,
		},
		Now: h.Now, NewID: newID,
	}
	h.notices = &notify.Service{
		Store: store.Outbox{DB: h.db}, People: h.accounts, Links: h.links, Sealer: h.ring, Audit: h.trail, Log: h.Log,
		Product: h.Issuer, Support: h.Mail.Support, PublicURL: h.PublicURL,
		NotMe: h.Mail.NotMeLifetime, Timeout: h.Mail.Timeout, Now: h.Now, NewID: newID,
	}
	h.accounts.Notices = h.notices
	return sendMail(h.notices, h.Config, h.Now)
}

// policy says whether everybody has to have MFA.
func (h *composition) policy() mfa.Policy {
	return mfa.Policy{Required: h.MFA.Required(), From: h.MFA.RequiredFrom.Time}
}

// minLength is that of a new password: where everybody needs another factor beside it, it may be shorter.
func (h *composition) minLength() int {
	if h.policy().Demands(h.Now()) {
		return password.MinLengthBesideMFA
	}
	return password.MinLength
}

// turnKeys makes what gives keys their turns.
func (h *composition) turnKeys() {
	h.rotation = &keyring.Rotation{
		Ring: h.ring, Archive: store.Keys{DB: h.db}, Audit: h.trail, Log: h.Log,
		Limits: keyring.Limits{Lifetime: h.Keys.SigningLifetime, Lead: h.Keys.SigningLead, Keep: h.Keys.SigningKeep},
	}
}

// countEpochs makes what notices that the database was restored.
func (h *composition) countEpochs(ctx context.Context) error {
	h.epochs = &epoch.Service{
		Store: store.Epochs{DB: h.db}, Keys: h.rotation, Notices: h.notices, Audit: h.trail, Log: h.Log, File: h.Epochs(),
		Now: h.Now, NewID: newID,
	}
	h.ready.epochs = h.epochs
	return h.epochs.Open(ctx)
}

// letIn makes what right proofs earn, and counts wrong ones.
func (h *composition) letIn() {
	h.attempts = &throttle.Limiter{
		Store: store.Attempts{DB: h.db},
		Limits: throttle.Limits{
			Free: h.Attempts.Free, Wait: h.Attempts.Wait, MaxWait: h.Attempts.MaxWait, Cap: h.Attempts.Cap,
			Patience: h.Passwords.HashWait,
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
		Store: store.StepUps{DB: h.db}, Keys: h.ring, Audit: h.trail, Issuer: h.PublicURL, Lifetime: h.StepUp.Lifetime, Now: h.Now, NewID: newID,
	}
	h.accounts.StepUps = h.stepUps
}

// secondFactor makes what an account holds beyond its password, and the slow way out for who lost it.
func (h *composition) secondFactor() {
	h.methods = &mfa.Service{
		Store: store.Methods{DB: h.db}, Accounts: store.Accounts{DB: h.db}, Handover: h.accounts, Sealer: h.ring,
		Sessions: h.sessions, StepUps: h.stepUps, Hasher: h.hasher, Attempts: h.attempts, Audit: h.trail, Notices: h.notices,
		Limits: mfa.Limits{
			Methods: h.MFA.MaxMethods, EnrollmentLifetime: h.MFA.EnrollmentLifetime, EnrollmentTries: h.MFA.EnrollmentTries,
			RecoveryCodes: h.MFA.RecoveryCodes,
		},
		Policy: h.policy(),
		Issuer: h.Issuer, Now: h.Now, NewID: newID,
	}
	h.removals = &removal.Service{
		Store: store.Removals{DB: h.db}, Locks: store.Accounts{DB: h.db}, Accounts: h.accounts, Methods: h.methods,
		Notices: h.notices, Links: h.links, Attempts: h.attempts, Audit: h.trail,
		Limits: removal.Limits{
			Delay: h.Removal.Delay, Pause: h.Removal.Pause, Remind: h.Removal.Remind, TickMax: h.Removal.TickMax,
			LinkLifetime: h.Removal.LinkLifetime,
		},
		Now: h.Now, NewID: newID,
	}
	if !h.notices.Mail { // who could be announced to?
		h.removals.Limits.Delay = 0
	}
}

// judge makes the engine that turns proofs into rewards, and what looks after the accounts of others.
func (h *composition) judge() {
	h.engine = &authn.Service{
		Store: store.SignIns{DB: h.db}, Devices: store.Devices{DB: h.db}, Accounts: store.Accounts{DB: h.db}, Rules: h.accounts,
		Passwords: h.hasher, Attempts: h.attempts, Methods: h.methods, Sessions: h.sessions, StepUps: h.stepUps,
		Removals: h.removals, Audit: h.trail, Notices: h.notices,
		Limits: authn.Limits{
			SignInLifetime: h.SignIns.Lifetime, SignInTries: h.SignIns.Tries, SignInsOpen: h.SignIns.Open,
			DeviceLifetime: h.Devices.Lifetime, Devices: h.Devices.PerAccount,
		},
		Now: h.Now, NewID: newID,
	}
	h.accounts.Access = h.engine
	h.admin = &admin.Service{
		Store: store.Administration{Accounts: store.Accounts{DB: h.db}}, Accounts: h.accounts, Access: h.engine, Methods: h.methods,
		Sessions: h.sessions, StepUps: h.stepUps, Removals: h.removals, Attempts: h.attempts, Notices: h.notices, Audit: h.trail,
		Now: h.Now,
	}
}

// answer makes the HTTP side.
func (h *composition) answer() (http.Handler, error) {
	return api.New(api.Options{
		Contract: h.Contract, Page: h.Page, PublicURL: h.PublicURL, Secure: h.Secure(), MaxBody: h.HTTP.MaxBody,
		Proxies: h.TrustedProxies,
		About: api.About{
			Name: h.Issuer, Support: h.Mail.Support, Mail: h.notices.Mail,
			RemovalDelay: h.removals.Limits.Delay, RemovalPause: h.removals.Limits.Pause,
		},
		Accounts: h.accounts, Authn: h.engine, Sessions: h.sessions, StepUps: h.stepUps, Methods: h.methods,
		Removals: h.removals, Administration: h.admin, Keys: h.ring, Audit: h.trail,
		NotMe: &notme.Service{
			Store: store.Accounts{DB: h.db}, Links: h.links, Accounts: h.accounts, Access: h.engine, Methods: h.methods,
			Notices: h.notices, Audit: h.trail, Young: h.Mail.NotMeLifetime, Now: h.Now,
		},
		SignIns:  &throttle.Shield{Limit: h.Addresses.SignInLimit, Window: h.Addresses.SignInWindow, Now: h.Now},
		Failures: &throttle.Shield{Limit: h.Addresses.FailureLimit, Window: h.Addresses.FailureWindow, Now: h.Now},
		Ready:    h.ready.reasons, Count: h.metrics.Request, Traces: h.Traces,
		Log: h.Log, Now: h.Now, NewID: newID,
	})
}
