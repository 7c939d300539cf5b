package doctor

import (
	"context"
	"errors"
	"net"
	"strings"

	"twofold/internal/app"
	"twofold/internal/notify"
	"twofold/internal/smtp"
)

// mail greets the server that the settings name, and sends what was asked for.
func (d Doctor) mail(ctx context.Context) {
	if !d.config.Mail.Enabled() {
		d.warn("mail", "none is sent: people see changes in their activity alone, and cannot set a new password by mail. Set TWOFOLD_SMTP_URL.")
		return
	}
	server, err := app.NewMailer(d.config, d.Now)
	if err != nil {
		d.fail("mail", "%v.", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*d.Timeout)
	defer cancel()
	encrypted, err := server.Probe(ctx)
	switch {
	case err != nil:
		d.fail("mail", "%v. %s", err, mailAdvice(err))
		return
	case !encrypted && !isHere(server.Host):
		d.warn("mail", "%s takes mails, unencrypted: links in them could be read on the way. Use smtps://, or ?tls=required, if it can.", server.Host)
	default:
		d.ok("mail", "%s takes mails from %s (encrypted: %v, signed in: %v)", server.Host, server.From.Address, encrypted, server.User != "")
	}
	if d.MailTo != "" {
		d.send(ctx, server)
	}
}

func mailAdvice(err error) string {
	if refused := (*smtp.Error)(nil); errors.As(err, &refused) && refused.Code == 535 {
		return "Correct user and password in TWOFOLD_SMTP_URL, percent-encoded."
	}
	return "Correct TWOFOLD_SMTP_URL: smtps:// is for port 465, smtp:// for 587; the certificate must be valid for the name in it."
}

func isHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (d Doctor) send(ctx context.Context, server smtp.Server) {
	err := server.Send(ctx, notify.Mail{
		ID: "doctor." + d.Now().UTC().Format("20060102T150405.000000000"), To: d.MailTo, Subject: d.config.Issuer + ": a test",
		Text: "twofold doctor sent this mail. There is nothing to do.\n",
		HTML: "<p>twofold doctor sent this mail. There is nothing to do.</p>\n",
	})
	if err != nil {
		d.fail("test mail", "%v. Is the address one address, and may %s be the sender (TWOFOLD_MAIL_FROM)?", err, server.From.Address)
		return
	}
	d.ok("test mail", "%s has taken it for %s: see whether it arrives, and not among the spam", server.Host, strings.TrimSpace(d.MailTo))
}
