package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"twofold/internal/doctor"
	"twofold/internal/test/apptest"
)

const to = "ada@example.com"

func TestRun_MailServer(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	p := newInstallation(t, box.Setting())
	p.reports("mail", doctor.OK, "accepts mails")
	if got := box.All(); len(got) > 0 {
		t.Errorf("the mail server received %d mails", len(got))
	}
	p.doctor.MailTo = to
	p.reports("test mail", doctor.OK, to)
	if got := box.To(to); len(got) != 1 || !strings.Contains(got[0].Raw, "twofold doctor sent this mail") {
		t.Errorf("the mail server received %d mails to %s", len(got), to)
	}
	for _, status := range []int{504, 550} { // most servers reject the name in EHLO only at RCPT
		box.Reject(status)
		p.reports("test mail", doctor.Failed, fmt.Sprint(status))
		p.reports("test mail", doctor.Failed, "TWOFOLD_SMTP_EHLO")
	}
	for _, status := range []int{501, 504, 550} { // whatever the status, it is about the name
		box.RejectEHLO(status)
		p.reports("mail", doctor.Failed, fmt.Sprint("EHLO: the server replied ", status))
		p.reports("mail", doctor.Failed, "EHLO, which is [127.0.0.1], set TWOFOLD_SMTP_EHLO")
	}
}

func TestRun_MailServerRejects(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	for name, url := range map[string]string{
		"no AUTH":     strings.Replace(box.URL(), "smtp://", "smtp://user:canary@", 1),
		"no STARTTLS": box.URL() + "?tls=required",
		"no TLS":      strings.Replace(box.URL(), "smtp://", "smtps://", 1),
		"no server":   "smtp://user:canary@127.0.0.1:1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newInstallation(t, "TWOFOLD_SMTP_URL="+url, "TWOFOLD_SMTP_TIMEOUT=1s")
			p.doctor.MailTo = to
			p.reports("mail", doctor.Failed, "TWOFOLD_SMTP_URL")
		})
	}
	newInstallation(t).reports("mail", doctor.Warning, "no mail is sent")
}
