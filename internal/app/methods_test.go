package app_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/test/apptest"
)

func TestBeginEnrollment_TooManyMethods(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	var names []string
	for range 4 {
		script.Enroll(JSON{"code": phone.Code()})
	}
	a := script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	for _, m := range a.Value("methods").([]any) {
		names = append(names, m.(map[string]any)["name"].(string))
	}
	want := "Authenticator app, Authenticator app 2, Authenticator app 3, Authenticator app 4, Authenticator app 5"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("the methods are %s, want %s", got, want)
	}
	if got := a.Int("policy", "max_methods"); got != 5 {
		t.Errorf("max_methods is %d, want 5", got)
	}
	enroll := script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", enroll).Require(409, "too_many_methods")
	script.Do("POST", apptest.PathEnrollments, JSON{"name": "authenticator app"}, "Step-Up-Token", enroll).Require(409, "too_many_methods")

	h.Clock.Advance(30 * time.Second)
	remove := script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", remove).Require(200, "")
	if enabled := script.Do("GET", "/api/v1/mfa", nil).Value("enabled"); enabled != true {
		t.Errorf("enabled is %v with four methods left, want true", enabled)
	}
}

func TestMethodName_TakenInAnySpelling(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	phone := h.PhoneFrom(script.Do("POST", apptest.PathEnrollments, JSON{"name": "  Zoë's Straße "}, "Step-Up-Token", token).Require(201, ""))
	script.Confirm(phone, phone.Code()).Require(201, "")
	h.Clock.Advance(30 * time.Second)

	token = script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	for _, name := range []string{
		"Zoë's Straße", norm.NFD.String("Zoë's Straße"), "ZOË'S STRASSE", "zoë's straße", "\tzoë's straSSe ",
	} {
		t.Run(name, func(t *testing.T) {
			c := script.WithT(t)
			if strings.Contains(name, "\t") {
				c.Do("POST", apptest.PathEnrollments, JSON{"name": name}, "Step-Up-Token", token).Require(400, "invalid_request")
				return
			}
			c.Do("POST", apptest.PathEnrollments, JSON{"name": name}, "Step-Up-Token", token).Require(409, "name_taken")
		})
	}
	script.Do("POST", apptest.PathEnrollments, JSON{"name": "Zoe's Strase"}, "Step-Up-Token", token).Require(201, "")
}

func TestMethodName_SameInTwoAccounts(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	for _, email := range []string{ada, bob} {
		script := h.SignedIn(email)
		token := script.StepUpToken("mfa.enroll")
		phone := h.PhoneFrom(script.Do("POST", apptest.PathEnrollments, JSON{"name": "Pixel 11"}, "Step-Up-Token", token).Require(201, ""))
		script.Confirm(phone, phone.Code()).Require(201, "")
	}
}
