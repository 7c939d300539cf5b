package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

func TestReplaceMethod_OldWorksUntilConfirmed(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, old, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	fresh := live.BeginWith(JSON{"replaces": old.ID, "name": "AUTHENTICATOR app"}, JSON{"code": old.Code()})
	pending := live.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if got := pending.Text("pending_enrollment", "replaces"); got != old.ID {
		t.Errorf("pending_enrollment.replaces is %s, want %s", got, old.ID)
	}
	h.Clock.Advance(30 * time.Second)
	h.CompleteSignIn(h.PendingSignIn(ada), fresh.Code()).Require(401, "code_rejected")
	h.CompleteSignIn(h.PendingSignIn(ada), old.Code()).Require(201, "")
	live.Confirm(fresh, fresh.Wrong()).Require(422, "code_rejected")
	h.CompleteSignIn(h.PendingSignIn(ada), old.CodeIn(1)).Require(201, "")

	a := live.Confirm(fresh, fresh.Code()).Require(201, "")
	if a.Value("recovery_codes") != nil || a.Int("receipt", "recovery_codes_left") != len(codes) || a.Int("receipt", "sessions_ended") != 2 {
		t.Errorf("got %s, want no new codes, and two sessions ended", a.Body)
	}
	if diff := cmp.Diff([]string{"AUTHENTICATOR app"}, live.MethodNames()); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
	h.Clock.Advance(time.Minute)
	h.CompleteSignIn(h.PendingSignIn(ada), old.Code()).Require(401, "code_rejected")
	h.CompleteSignIn(h.PendingSignIn(ada), fresh.Code()).Require(201, "")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "")
	account := h.AccountID(ada)
	entries := h.Activity(account)
	apptest.WantEntry(t, entries, "method.replaced Authenticator app")
	apptest.WantEntry(t, entries, "enrollment.confirmed AUTHENTICATOR app")
	if kinds := h.MailKinds(account); !slices.Equal(kinds[:2], []string{"method_added", "method_replaced"}) {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestReplaceMethod_Refused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	_, bobs, _ := h.NewUser(bob).WithTOTP().SessionAndCodes()
	enroll := live.StepUpToken("mfa.enroll", apptest.RecoveryCode(codes[0]))
	for what, id := range map[string]string{"an unknown": apptest.UnknownID, "a foreign": bobs.ID} {
		t.Run(what+" method is not found", func(t *testing.T) {
			live.WithT(t).Do("POST", apptest.PathEnrollments, JSON{"replaces": id}, "Step-Up-Token", enroll).Require(404, "not_found")
		})
	}
	for _, id := range []string{"", "x", "01980F60-1B2A-7C3D-9E4F-5A6B7C8D9E0F", "{" + phone.ID + "}", "urn:uuid:" + phone.ID} {
		t.Run("id "+id+" is malformed", func(t *testing.T) {
			a := live.WithT(t).Do("POST", apptest.PathEnrollments, JSON{"replaces": id}, "Step-Up-Token", enroll).Require(400, "invalid_request")
			apptest.WantPointer(t, a, "/replaces")
		})
	}
	second := live.BeginWith(JSON{"name": "Tablet"}, apptest.RecoveryCode(codes[1])) // the refusals consumed no code and began nothing
	live.Confirm(second, second.Code()).Require(201, "")
	enroll = live.StepUpToken("mfa.enroll", apptest.RecoveryCode(codes[2]))
	live.Do("POST", apptest.PathEnrollments, JSON{"replaces": phone.ID, "name": "tablet"}, "Step-Up-Token", enroll).Require(409, "name_taken")
	live.Do("POST", apptest.PathEnrollments, JSON{"replaces": second.ID, "name": "tablet"}, "Step-Up-Token", enroll).Require(201, "")
}

func TestReplaceMethod_AtMethodLimit(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes, "TWOFOLD_MAX_METHODS=1")
	live, old, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	enroll := live.StepUpToken("mfa.enroll", apptest.RecoveryCode(codes[0]))
	live.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", enroll).Require(409, "too_many_methods")
	fresh := h.PhoneFrom(live.Do("POST", apptest.PathEnrollments, JSON{"replaces": old.ID}, "Step-Up-Token", enroll).Require(201, ""))
	live.Confirm(fresh, fresh.Code()).Require(201, "")
	if diff := cmp.Diff([]string{"Authenticator app"}, live.MethodNames()); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
}

func TestReplaceMethod_RemovedMeanwhile(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, old, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	fresh := live.BeginWith(JSON{"replaces": old.ID, "name": "New"}, apptest.RecoveryCode(codes[0]))
	live.Do("DELETE", apptest.PathMethods+old.ID, nil, "Step-Up-Token", live.StepUpToken("mfa.remove", apptest.RecoveryCode(codes[1]))).Require(200, "")
	a := live.Confirm(fresh, fresh.Code()).Require(201, "")
	if got := a.RecoveryCodes(); len(got) != 10 { // it is a first method again
		t.Errorf("got %d recovery codes, want 10", len(got))
	}
	account := h.AccountID(ada)
	if kinds := h.MailKinds(account); kinds[len(kinds)-1] != "method_added" {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestEnrollment_ExpiryRecordedOnce(t *testing.T) {
	t.Parallel()
	for how, reach := range map[string]func(c *apptest.Client, p *apptest.Phone){
		"when confirmed": func(c *apptest.Client, p *apptest.Phone) {
			for range 2 {
				c.Confirm(p, p.Code()).Require(410, "enrollment_expired")
			}
			c.Begin()
		},
		"when another one begins": func(c *apptest.Client, _ *apptest.Phone) { c.Begin(); c.Begin() },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, apptest.TenRecoveryCodes)
			h.AddAccount(ada)
			script := h.SignedIn(ada)
			phone := script.Begin()
			h.Clock.Advance(10 * time.Minute)
			reach(script, phone)
			n := 0
			for _, e := range h.Activity(h.AccountID(ada)) {
				if e == "enrollment.expired Authenticator app" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("recorded %d times, want once", n)
			}
		})
	}
}

func TestRenameMethod_NameRules(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	second := live.BeginWith(JSON{"name": "Zoë's tablet"}, apptest.RecoveryCode(codes[0]))
	live.Confirm(second, second.Code()).Require(201, "")
	bobs, _, _ := h.NewUser(bob).WithTOTP().SessionAndCodes()
	rename := func(c *apptest.Client, name string) apptest.Response {
		return c.Do("PATCH", apptest.PathMethods+phone.ID, JSON{"name": name})
	}
	for _, taken := range []string{"Zoë's tablet", "ZOË'S TABLET", "Zoe\u0308's tablet", "  zoë's tablet "} {
		rename(live, taken).Require(409, "name_taken")
	}
	apptest.WantPointer(t, rename(live, " \u00a0 ").Require(400, "invalid_request"), "/name")
	rename(bobs, "Mine now").Require(404, "not_found")
	if got := rename(live, "AUTHENTICATOR APP").Require(200, "").Text("name"); got != "AUTHENTICATOR APP" { // its own, in another case
		t.Errorf("the name is %q", got)
	}
	a := rename(live, "  Old phone ").Require(200, "")
	if a.Text("name") != "Old phone" || a.Text("id") != phone.ID {
		t.Errorf("got %s", a.Body)
	}
	apptest.WantEntry(t, h.Activity(h.AccountID(ada))[:1], "method.renamed Old phone")
	if diff := cmp.Diff([]string{"Old phone", "Zoë's tablet"}, live.MethodNames()); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
}

func TestRenameMethod_ConcurrentSameName(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	other := h.Another()
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	second := live.Begin(apptest.RecoveryCode(codes[0]))
	live.Confirm(second, second.Code()).Require(201, "")
	clients := []*apptest.Client{live, live.OnServer(other)}
	for round := range 5 {
		spellings := []string{fmt.Sprintf("Straße %d", round), fmt.Sprintf("STRASSE %d", round)}
		responses := apptest.Concurrently(2, func(i int) apptest.Response {
			return clients[i].Do("PATCH", apptest.PathMethods+[]string{phone.ID, second.ID}[i], JSON{"name": spellings[i]})
		})
		apptest.WantOutcomes(t, responses, map[string]int{"200": 1, "409 name_taken": 1})
	}
}
