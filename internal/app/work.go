package app

import (
	"context"
	"sync"
	"time"

	"twofold/internal/config"
	"twofold/internal/notify"
	"twofold/internal/smtp"
)

// Work does what nobody waits for, until the context ends: it delivers notices, looks up who asked for a new password, and
// counts the time of removals.
func (a *App) Work(ctx context.Context) {
	var working sync.WaitGroup
	working.Go(func() { a.Notices.Run(ctx) })
	working.Go(func() { a.Accounts.RunResets(ctx, a.parts.Log) })
	working.Go(func() { a.Removals.Run(ctx, a.parts.Log) })
	working.Wait()
}

// sendMail lets notices out, where the settings name a server.
func sendMail(notices *notify.Service, c config.Config, now func() time.Time) error {
	if !c.Mail.Enabled() {
		return nil
	}
	server, err := MailServer(c, now)
	if err != nil {
		return err
	}
	notices.Mail, notices.Sender = true, server
	return nil
}

// MailServer is the one that the settings name.
func MailServer(c config.Config, now func() time.Time) (smtp.Server, error) {
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
