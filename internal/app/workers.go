package app

import (
	"context"
	"sync"
	"time"

	"twofold/internal/config"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/retention"
	"twofold/internal/smtp"
	"twofold/internal/store"
)

// RunWorkers does what nobody waits for, until the context ends: it delivers notices, looks up who asked for a new password,
// counts the time of removals, gives keys their turns, watches how far the database comes, purges what is over, and tells who
// will need MFA.
func (a *App) RunWorkers(ctx context.Context) {
	var working sync.WaitGroup
	working.Go(func() { a.Notices.Run(ctx) })
	working.Go(func() { a.Accounts.RunResetWorker(ctx, a.options.Log) })
	working.Go(func() { a.Removals.Run(ctx, a.options.Log) })
	working.Go(func() { a.Retention.Run(ctx, a.options.Log) })
	working.Go(func() { a.Keys.Run(ctx) })
	working.Go(func() { a.Reminder.Run(ctx, a.options.Log) })
	working.Go(func() { a.RestoreFence.Run(ctx) })
	working.Wait()
}

// reminder makes who tells people that MFA will be required, where mail is sent; the page tells them anyway.
func (h *wiring) reminder() *mfa.Reminder {
	r := &mfa.Reminder{
		Store: store.Reminders{DB: h.db}, Notices: h.notices, Policy: h.policy(), Before: h.MFA.Remind, Now: h.Now,
	}
	if !h.notices.Mail {
		r.Policy = mfa.Policy{}
	}
	return r
}

// retention makes who purges.
func (h *wiring) retention() *retention.Service {
	kept := h.Config.Retention
	return &retention.Service{
		Store: store.Retention{DB: h.db}, Enrollments: h.methods, Activity: h.auditLog,
		Limits: retention.Limits{
			ExpiredGrace: kept.Over,
			// Whose session lives is told that an enrollment is over, and not that there never was one.
			Enrollments: max(kept.Over, h.Sessions.AAL1Absolute, h.Sessions.AAL2Absolute),
			Attempts:    kept.Attempts, Mails: kept.Mails, Activity: kept.Activity,
			Removals: h.Removal.Pause + kept.Over,
			Every:    kept.PurgeEvery, Batch: kept.PurgeBatch, BatchPause: kept.PurgeRest,
		},
		Holder: newID(), Now: h.Now,
	}
}

// sendMail lets notices out, where the settings name a server.
func sendMail(notices *notify.Service, c config.Config, now func() time.Time) error {
	if !c.Mail.Enabled() {
		return nil
	}
	server, err := NewMailer(c, now)
	if err != nil {
		return err
	}
	notices.Mail, notices.Sender = true, server
	return nil
}

// NewMailer is the one that the settings name.
func NewMailer(c config.Config, now func() time.Time) (smtp.Server, error) {
	server, err := c.Mail.Server()
	if err != nil {
		return smtp.Server{}, err
	}
	from, err := c.Sender()
	if err != nil {
		return smtp.Server{}, err
	}
	policy := smtp.WhereOffered
	switch {
	case server.Implicit:
		policy = smtp.Implicit
	case server.Required:
		policy = smtp.Required
	}
	return smtp.Server{
		Host: server.Host, Port: server.Port, TLS: policy, User: server.User, Password: server.Password,
		From: from, Name: c.MailHost(), Timeout: c.Mail.Timeout, Now: now,
	}, nil
}
