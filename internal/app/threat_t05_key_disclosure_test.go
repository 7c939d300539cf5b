package app_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT05_KeyDisclosure_ShownOnce(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	begun := script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", script.StepUpToken("mfa.enroll")).Require(201, "")
	phone, secret := h.PhoneFrom(begun), begun.Text("secret")

	recorded := h.RecordResponses()
	script.GetEverything(phone.ID)
	script.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
	script.Confirm(phone, phone.CodeIn(4)).Require(422, "code_rejected")
	script.GetEverything(phone.ID)
	script.Confirm(phone, phone.Code()).Require(201, "")
	script.GetEverything(phone.ID)
	script.Confirm(phone, phone.Code()).Require(404, "not_found")

	h.Clock.Advance(30 * time.Second)
	token := h.PendingSignIn(ada)
	h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(401, "code_used")
	script.StepUp("mfa.remove").Require(401, "code_required")
	h.Clock.Advance(30 * time.Second)
	remove := script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	script.GetEverything(phone.ID)
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil).Require(401, "step_up_required")
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", remove).Require(200, "")
	script.GetEverything(phone.ID)
	h.Script("").GetEverything(phone.ID)

	for form, text := range apptest.Encodings(secret) {
		if strings.Contains(recorded(), text) {
			t.Errorf("a later response contains the key %s", form)
		}
	}
	for what, text := range map[string]string{
		"a key URI": "otpauth:", "a PNG in base64": "iVBORw0KGgo", "a PNG": "\x89PNG", "a member for it": `"qr_png"`,
	} {
		// The contract has examples of these members, which are no secrets.
		if strings.Contains(strings.ReplaceAll(recorded(), string(apptest.Contract(t)), ""), text) {
			t.Errorf("a later response contains %s", text+", "+what)
		}
	}
}

func TestT05_KeyDisclosure_NewKeyEachTime(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	seen := make(map[string]bool)
	for range 5 {
		a := script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", script.StepUpToken("mfa.enroll")).Require(201, "")
		seen[a.Text("secret")] = true
	}
	if len(seen) != 5 {
		t.Errorf("five enrollments had %d keys", len(seen))
	}
}

func TestT06_KeyCaching_NoStore(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", script.StepUpToken("mfa.enroll")).Require(201, "")
	for name, want := range map[string]string{
		"Cache-Control":   "no-store",
		"Referrer-Policy": "no-referrer",
		"Etag":            "",
		"Last-Modified":   "",
		"Location":        "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	png, err := base64.StdEncoding.DecodeString(a.Text("qr_png"))
	if err != nil || !strings.HasPrefix(string(png), "\x89PNG\r\n\x1a\n") {
		t.Errorf("the response does not contain the image as a PNG: %v", err)
	}
	for name, values := range a.Header {
		for _, value := range values {
			if strings.Contains(value, a.Text("secret")) {
				t.Errorf("the header %s contains the key", name)
			}
		}
	}
}
