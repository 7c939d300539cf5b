package doctor_test

import (
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
	box.Reject(550)
	p.reports("test mail", doctor.Failed, "550")
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
