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

// mail connects to the configured server, and sends the test mail if requested.
func (d Doctor) mail(ctx context.Context) {
	if !d.config.Mail.Enabled() {
		d.warn("mail", "no mail is sent: users see changes in their activity only, and cannot reset their password by mail. Set TWOFOLD_SMTP_URL.")
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
		d.warn("mail", "%s accepts mails unencrypted, so that links in them can be read in transit. Use smtps://, or ?tls=required, if the server supports it.", server.Host)
	default:
		d.ok("mail", "%s accepts mails from %s (encrypted: %v, authenticated: %v)", server.Host, server.From.Address, encrypted, server.User != "")
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
		d.fail("test mail", "%v. Check that the address is a single address, and that %s may send (TWOFOLD_MAIL_FROM).", err, server.From.Address)
		return
	}
	d.ok("test mail", "%s accepted it for %s: check that it arrives, and not in the spam folder", server.Host, strings.TrimSpace(d.MailTo))
}
