package app

import (
	"context"
	"sync"
	"time"

	"twofold/internal/config"
	"twofold/internal/notify"
	"twofold/internal/smtp"
)

// Work does what nobody waits for, until the context ends: it delivers notices, looks up who asked for a new password,
// counts the time of removals, and gives keys their turns.
func (a *App) Work(ctx context.Context) {
	var working sync.WaitGroup
	working.Go(func() { a.Notices.Run(ctx) })
	working.Go(func() { a.Accounts.RunResets(ctx, a.parts.Log) })
	working.Go(func() { a.Removals.Run(ctx, a.parts.Log) })
	working.Go(func() { a.Keys.Run(ctx) })
	working.Wait()
}

// sendMail lets notices out, where the settings name a server.
func sendMail(notices *notify.Service, c config.Config, now func() time.Time) error {
	if !c.Mail.Enabled() {
		return nil
	}
	server, err := c.Mail.Server()
	if err != nil {
		return err
	}
	from, err := c.Sender()
	if err != nil {
		return err
	}
	policy := smtp.WhereOffered
	switch {
	case server.Implicit:
		policy = smtp.Implicit
	case server.Required:
		policy = smtp.Required
	}
	notices.Mail = true
	notices.Sender = smtp.Server{
		Host: server.Host, Port: server.Port, TLS: policy, User: server.User, Password: server.Password,
		From: from, Name: c.MailHost(), Timeout: c.Mail.Timeout, Now: now,
	}
	return nil
}
