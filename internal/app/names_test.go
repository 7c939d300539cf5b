package app_test

import (
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

func TestMethodName_CodePoints(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	confirm := "/api/v1/mfa/totp/enrollments/" + phone.ID + "/confirm"
	for name, wrong := range map[string]string{
		"65 code points":      strings.Repeat("é", 65),
		"a control character": "Pixel\x07",
		"nothing":             "",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			a := script.Do("POST", confirm, JSON{"code": phone.Code(), "name": wrong}).Require(400, "invalid_request")
			if !strings.Contains(string(a.Body), `"pointer":"/name"`) {
				t.Errorf("the problem does not point at /name: %s", a.Body)
			}
		})
	}
	long := strings.Repeat("🔐", 64)
	got := script.Do("POST", confirm, JSON{"code": phone.Code(), "name": long}).Require(201, "").Text("method", "name")
	if got != long {
		t.Errorf("the name is %q, want 64 locks", got)
	}
}

func TestConfirmEnrollment_TakenName(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	first := script.Begin()
	script.Do("POST", "/api/v1/mfa/totp/enrollments/"+first.ID+"/confirm", JSON{"code": first.Code(), "name": " Pixel 11 "}).Require(201, "")
	h.Clock.Advance(30e9)

	second := script.Begin(JSON{"code": first.Code()})
	confirm := "/api/v1/mfa/totp/enrollments/" + second.ID + "/confirm"
	for range 6 {
		script.Do("POST", confirm, JSON{"code": second.Code(), "name": "PIXEL 11"}).Require(409, "name_taken")
	}
	name := script.Do("POST", confirm, JSON{"code": second.Code()}).Require(201, "").Text("method", "name")
	if name != "Authenticator app" {
		t.Errorf("the second method is called %q, want Authenticator app", name)
	}
}
