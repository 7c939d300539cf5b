package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
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
		d.fail("mail", "%v. %s", err, mailAdvice(err, server))
		return
	case !encrypted && !isHere(server.Host):
		d.warn("mail", "%s accepts mails unencrypted, so that links in them can be read in transit. Use smtps://, or ?tls=required, if the server supports it.", server.Host)
	case !isHere(server.Host) && strings.HasSuffix(server.From.Address, "@localhost"):
		d.warn("mail", "%s accepts mails, but most servers reject the sender %s. Set TWOFOLD_MAIL_FROM.", server.Host, server.From.Address)
	default:
		d.ok("mail", "%s accepts mails from %s (encrypted: %v, authenticated: %v)", server.Host, server.From.Address, encrypted, server.User != "")
	}
	if d.MailTo != "" {
		d.send(ctx, server)
	}
}

// mailAdvice returns what to change so that the server accepts the connection.
func mailAdvice(err error, server *smtp.Server) string {
	var refused *smtp.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return "The certificate must be valid for the name in TWOFOLD_SMTP_URL. If your own CA has signed it, set TWOFOLD_SMTP_CA_FILE. " +
			"To a server on this machine or in a private network, ?tls=off sends unencrypted."
	case !errors.As(err, &refused):
	case refused.Step == smtp.EHLO, refused.Code == 504, refused.Code == 550:
		return ehloAdvice(server)
	case refused.Step == smtp.Auth && refused.Code/100 == 5:
		return "Correct user and password in TWOFOLD_SMTP_URL, percent-encoded."
	case refused.Step == smtp.Auth:
		return "Remove user and password from TWOFOLD_SMTP_URL if the server needs none, or use smtps:// or ?tls=required."
	}
	return "Correct TWOFOLD_SMTP_URL: smtps:// is for port 465, smtp:// for 587 and 25."
}

func ehloAdvice(server *smtp.Server) string {
	return fmt.Sprintf("If the server rejects the name in EHLO, which is %s, set TWOFOLD_SMTP_EHLO to the full name of this host, as in account.example.com.", server.Name)
}

func isHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (d Doctor) send(ctx context.Context, server *smtp.Server) {
	err := server.Send(ctx, notify.Mail{
		ID: "doctor." + d.Now().UTC().Format("20060102T150405.000000000"), To: d.MailTo, Subject: d.config.Issuer + ": a test",
		Text: "twofold doctor sent this mail. There is nothing to do.\n",
		HTML: "<p>twofold doctor sent this mail. There is nothing to do.</p>\n",
	})
	if err == nil {
		d.ok("test mail", "%s accepted it for %s: check that it arrives, and not in the spam folder", server.Host, strings.TrimSpace(d.MailTo))
		return
	}
	advice := fmt.Sprintf("Check that the address is a single address, and that %s may send (TWOFOLD_MAIL_FROM).", server.From.Address)
	if refused := (*smtp.Error)(nil); errors.As(err, &refused) && (refused.Code == 504 || refused.Code == 550) { // most servers reject the name only now
		advice += " " + ehloAdvice(server)
	}
	d.fail("test mail", "%v. %s", err, advice)
}
