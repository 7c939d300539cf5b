package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"twofold/internal/authn"
	"twofold/internal/config"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/retention"
	"twofold/internal/smtp"
	"twofold/internal/store"
)

// RunWorkers runs the background workers until ctx is done: mail delivery, password reset requests, MFA removals, key
// rotation, restore detection, retention, the count of hash costs, reminders of the coming MFA requirement, and notices of
// unfinished sign-ins.
func (a *App) RunWorkers(ctx context.Context) {
	var workers sync.WaitGroup
	workers.Go(func() { a.Notices.Run(ctx) })
	workers.Go(func() { a.Passwords.RunResetWorker(ctx, a.options.Log) })
	workers.Go(func() { a.Removals.Run(ctx, a.options.Log) })
	workers.Go(func() { a.Retention.Run(ctx, a.options.Log) })
	workers.Go(func() { a.Keys.Run(ctx) })
	workers.Go(func() { a.Reminder.Run(ctx, a.options.Log) })
	workers.Go(func() { a.Unfinished.Run(ctx, a.options.Log) })
	workers.Go(func() { a.RestoreFence.Run(ctx) })
	workers.Go(func() { a.hashCosts.Run(ctx, a.options.Log) })
	workers.Wait()
}

// reminder builds the mails that announce the MFA requirement. Without mail it announces nothing; the page does that anyway.
func (h *wiring) reminder() *mfa.Reminder {
	r := &mfa.Reminder{
		Store: store.Reminders{DB: h.db}, Notices: h.notices, Policy: h.mfaPolicy(), Before: h.MFA.Remind, Now: h.Now,
	}
	if !h.notices.Mail {
		r.Policy = mfa.Policy{}
	}
	return r
}

// unfinished builds the notices of passwords that were not followed by their code.
func (h *wiring) unfinished() *authn.UnfinishedNotifier {
	return &authn.UnfinishedNotifier{Store: store.UnfinishedSignIns{DB: h.db}, Notices: h.notices, Now: h.Now}
}

// retention builds the purge of expired data.
func (h *wiring) retention() *retention.Service {
	kept := h.Config.Retention
	return &retention.Service{
		Store: store.Retention{DB: h.db}, Enrollments: h.methods, Activity: h.auditLog,
		Limits: retention.Limits{
			ExpiredGrace: kept.ExpiredGrace,
			// An expired enrollment is kept as long as its session, so that the session learns that it expired, rather than that
			// it never existed.
			Enrollments: max(kept.ExpiredGrace, h.Sessions.AAL1Absolute, h.Sessions.AAL2Absolute),
			Attempts:    kept.Attempts, Mails: kept.Mails, Activity: kept.Activity,
			Removals: h.Removal.Cooldown + kept.ExpiredGrace,
			Every:    kept.PurgeEvery, Batch: kept.PurgeBatch, BatchPause: kept.BatchPause,
		},
		Holder: newID(), Now: h.Now,
	}
}

// newSender returns the mail server that the settings name, or nil if they name none.
func newSender(c config.Config, log *slog.Logger, now func() time.Time) (notify.Sender, error) {
	if !c.Mail.Enabled() {
		return nil, nil
	}
	server, err := NewMailer(c, now)
	if err != nil {
		return nil, err
	}
	if server.TLS == smtp.Off {
		log.Warn("mails are sent unencrypted", "server", server.Host, "reason", "TWOFOLD_SMTP_URL has ?tls=off")
	}
	return server, nil
}

// NewMailer returns a client for the mail server that the settings name. Call it only if c.Mail.Enabled().
func NewMailer(c config.Config, now func() time.Time) (*smtp.Server, error) {
	server, err := c.Mail.Server()
	if err != nil {
		return nil, err
	}
	roots, err := c.Mail.RootCAs()
	if err != nil {
		return nil, err
	}
	from, err := c.Sender()
	if err != nil {
		return nil, err
	}
	name, err := c.EHLOName()
	if err != nil {
		return nil, err
	}
	policies := map[config.TLS]smtp.TLS{
		config.TLSWhereOffered: smtp.Opportunistic, config.TLSRequired: smtp.Required, config.TLSImplicit: smtp.Implicit, config.TLSOff: smtp.Off,
	}
	return &smtp.Server{
		Host: server.Host, Port: server.Port, TLS: policies[server.TLS], RootCAs: roots, User: server.User, Password: server.Password,
		From: from, Name: name, Timeout: c.Mail.Timeout, Now: now,
	}, nil
}
