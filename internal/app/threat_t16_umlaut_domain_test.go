package app_test

import (
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

// The same address as users write it, and as Chromium sends it.
const (
	inUnicode = "ada@bücher.example"
	inASCII   = "ada@xn--bcher-kva.example"
)

func TestT16_EmailVariants_UmlautDomain(t *testing.T) {
	t.Parallel()
	for _, added := range []string{inUnicode, inASCII} {
		t.Run(added, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartWithMail(t)
			h.AddAccount(added)
			for left, email := range []string{inUnicode, inASCII, "ADA@BÜCHER.example"} {
				a := h.Script("").SignIn(email, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
				if got, want := a.Int("attempts_left"), 4-left; got != want {
					t.Errorf("attempts_left is %d for %q, want %d", got, email, want)
				}
			}
			for mails, email := range []string{inUnicode, inASCII} {
				script := h.SignedIn(email)
				if got := script.Do("GET", apptest.PathAccount, nil).Require(200, "").Text("email"); got != inUnicode {
					t.Errorf("the account is shown with %s", got)
				}
				step := script.StepUpToken("account.email")
				apptest.WantPointer(t, script.Do("PUT", apptest.PathEmail, JSON{"email": email}, "Step-Up-Token", step).Require(400, "invalid_request"), "/email")
				h.RequestPasswordReset(email)
				h.Deliver()
				resets := 0
				for _, m := range h.Mailbox.To(inASCII) {
					if m.Link("/reset-password") != "" {
						resets++
					}
				}
				if resets != mails+1 {
					t.Errorf("%d mails with reset links after a request with %s, want %d", resets, email, mails+1)
				}
			}
		})
	}
}

func TestEmail_UmlautDomainShownInUnicode(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.ChangeAddress(apptest.PathEmail, inASCII).Require(202, "")
	if got := a.Text("email"); got != inUnicode {
		t.Errorf("the pending address is %s", got)
	}
	if got := script.Do("GET", apptest.PathAccount, nil).Text("pending_address", "email"); got != inUnicode {
		t.Errorf("the pending address is %s", got)
	}
	m := h.Mail(inASCII)
	if !strings.Contains(m.Text, inUnicode) || strings.Contains(m.Text+m.HTML, "xn--") {
		t.Errorf("the mail has the ASCII form:\n%s", m.Text)
	}
	if got := h.ConfirmAddress(apptest.Token(m.Link("/confirm-address"))).Require(200, "").Text("email"); got != inUnicode {
		t.Errorf("the confirmed address is %s", got)
	}
	if m := h.Mail(ada); !strings.Contains(m.Text, inUnicode) || strings.Contains(m.Text+m.HTML, "xn--") {
		t.Errorf("the mail has the ASCII form:\n%s", m.Text)
	}
	if got := script.Do("GET", "/api/v1/account/activity", nil).Require(200, "").Body; strings.Contains(string(got), "xn--") || !strings.Contains(string(got), inUnicode) {
		t.Errorf("the activity of %s has the ASCII form: %s", id, got)
	}
	step := script.StepUp("mfa.enroll").Require(201, "").Text("step_up_token")
	begun := script.Do("POST", "/api/v1/mfa/totp/enrollments", nil, "Step-Up-Token", step).Require(201, "")
	if got := begun.Text("otpauth_uri"); !strings.Contains(got, ":ada%40b%C3%BCcher.example?") {
		t.Errorf("the key URI is %s", got)
	}
}

func TestStart_CanonicalizesAddresses(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	for _, email := range []string{"ada@example.com", "bob@example.com", "bob@xn--bcher-kva.example"} {
		h.AddAccount(email)
	}
	db := h.OpenDatabase(t)
	for _, name := range []string{"ada", "bob"} { // as an earlier version stored them
		db.MustExec(t, `UPDATE accounts SET email = ? WHERE email = ?`, name+"@bücher.example", name+"@example.com")
	}
	h.Stop()
	again := apptest.StartIn(t, h.Dir, h.Clock)
	for _, email := range []string{inUnicode, inASCII} {
		again.SignedIn(email)
	}
	if n := strings.Count(again.Log.String(), "account cannot sign in, because another one has the same email address"); n != 1 {
		t.Errorf("the log names %d pairs, want bob's", n)
	}
	if strings.Contains(again.Log.String(), "bücher") || strings.Contains(again.Log.String(), "xn--") {
		t.Error("the log has an address")
	}
}
