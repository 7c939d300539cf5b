package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

// beginBeside begins an enrollment with these members, and answers the phone that scanned it.
func beginBeside(c *apptest.Client, h *apptest.Server, body, proof JSON) *apptest.Phone {
	h.T.Helper()
	return h.PhoneFrom(c.Do("POST", enrollments, body, "Step-Up-Token", stepUp(c, "mfa.enroll", proof)).Require(201, ""))
}

// methodNames are the methods' names, in order.
func methodNames(c *apptest.Client) []string {
	var list []string
	for _, m := range c.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any) {
		list = append(list, m.(map[string]any)["name"].(string))
	}
	return list
}

func TestTheOldPhoneWorksUntilTheNewOneTakesItsPlace(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, old, codes := userWithRecoveryCodes(h, ada)
	fresh := beginBeside(live, h, JSON{"replaces": old.ID, "name": "AUTHENTICATOR app"}, JSON{"code": old.Code()})
	pending := live.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if got := pending.Text("pending_enrollment", "replaces"); got != old.ID {
		t.Errorf("pending_enrollment.replaces is %s, want %s", got, old.ID)
	}
	h.Clock.Advance(30 * time.Second)
	completeSignIn(h, pendingSignIn(h, ada), fresh.Code()).Require(401, "code_rejected")
	completeSignIn(h, pendingSignIn(h, ada), old.Code()).Require(201, "")
	live.Confirm(fresh, fresh.Wrong()).Require(422, "code_rejected")
	completeSignIn(h, pendingSignIn(h, ada), old.CodeIn(1)).Require(201, "")

	a := live.Confirm(fresh, fresh.Code()).Require(201, "")
	if a.Value("recovery_codes") != nil || a.Int("receipt", "recovery_codes_left") != len(codes) || a.Int("receipt", "sessions_ended") != 2 {
		t.Errorf("got %s, want no new codes, and two sessions ended", a.Body)
	}
	if diff := cmp.Diff([]string{"AUTHENTICATOR app"}, methodNames(live)); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
	h.Clock.Advance(time.Minute)
	completeSignIn(h, pendingSignIn(h, ada), old.Code()).Require(401, "code_rejected")
	completeSignIn(h, pendingSignIn(h, ada), fresh.Code()).Require(201, "")
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(201, "")
	account := accountIDOf(h, ada)
	entries := activityOf(t, h, account)
	wantEntry(t, entries, "method.replaced Authenticator app")
	wantEntry(t, entries, "enrollment.confirmed AUTHENTICATOR app")
	if kinds := mailKinds(t, h, account); !slices.Equal(kinds[:2], []string{"method_added", "method_replaced"}) {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestReplacingIsRefused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	_, bobs, _ := userWithRecoveryCodes(h, bob)
	enroll := stepUp(live, "mfa.enroll", recoveryCode(codes[0]))
	for what, id := range map[string]string{"nobody's": unknownID, "somebody else's": bobs.ID} {
		t.Run(what+" method is not found", func(t *testing.T) {
			live.WithT(t).Do("POST", enrollments, JSON{"replaces": id}, "Step-Up-Token", enroll).Require(404, "not_found")
		})
	}
	for _, id := range []string{"", "x", "01980F60-1B2A-7C3D-9E4F-5A6B7C8D9E0F", "{" + phone.ID + "}", "urn:uuid:" + phone.ID} {
		t.Run("id "+id+" is malformed", func(t *testing.T) {
			a := live.WithT(t).Do("POST", enrollments, JSON{"replaces": id}, "Step-Up-Token", enroll).Require(400, "invalid_request")
			wantPointer(t, a, "/replaces")
		})
	}
	second := beginBeside(live, h, JSON{"name": "Tablet"}, recoveryCode(codes[1])) // notFound was spent, nothing begun
	live.Confirm(second, second.Code()).Require(201, "")
	enroll = stepUp(live, "mfa.enroll", recoveryCode(codes[2]))
	live.Do("POST", enrollments, JSON{"replaces": phone.ID, "name": "tablet"}, "Step-Up-Token", enroll).Require(409, "name_taken")
	live.Do("POST", enrollments, JSON{"replaces": second.ID, "name": "tablet"}, "Step-Up-Token", enroll).Require(201, "")
}

func TestAFullAccountCanStillReplace(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes, "TWOFOLD_MAX_METHODS=1")
	live, old, codes := userWithRecoveryCodes(h, ada)
	enroll := stepUp(live, "mfa.enroll", recoveryCode(codes[0]))
	live.Do("POST", enrollments, nil, "Step-Up-Token", enroll).Require(409, "too_many_methods")
	fresh := h.PhoneFrom(live.Do("POST", enrollments, JSON{"replaces": old.ID}, "Step-Up-Token", enroll).Require(201, ""))
	live.Confirm(fresh, fresh.Code()).Require(201, "")
	if diff := cmp.Diff([]string{"Authenticator app"}, methodNames(live)); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
}

func TestReplacingWhatIsGoneMeanwhileAddsOne(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, old, codes := userWithRecoveryCodes(h, ada)
	fresh := beginBeside(live, h, JSON{"replaces": old.ID, "name": "New"}, recoveryCode(codes[0]))
	live.Do("DELETE", methods+old.ID, nil, "Step-Up-Token", stepUp(live, "mfa.remove", recoveryCode(codes[1]))).Require(200, "")
	a := live.Confirm(fresh, fresh.Code()).Require(201, "")
	if got := shownCodes(t, a); len(got) != 10 { // it is the first again
		t.Errorf("%d recovery codes came with it, want 10", len(got))
	}
	account := accountIDOf(h, ada)
	if kinds := mailKinds(t, h, account); kinds[len(kinds)-1] != "method_added" {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestAnEnrollmentThatRanOutIsRecordedOnce(t *testing.T) {
	t.Parallel()
	for how, meet := range map[string]func(c *apptest.Client, p *apptest.Phone){
		"when it is confirmed": func(c *apptest.Client, p *apptest.Phone) {
			for range 2 {
				c.Confirm(p, p.Code()).Require(410, "enrollment_expired")
			}
			c.Begin()
		},
		"when another begins": func(c *apptest.Client, _ *apptest.Phone) { c.Begin(); c.Begin() },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, tenCodes)
			h.AddAccount(ada)
			script := h.SignedIn(ada)
			phone := script.Begin()
			h.Clock.Advance(10 * time.Minute)
			meet(script, phone)
			n := 0
			for _, e := range activityOf(t, h, accountIDOf(h, ada)) {
				if e == "enrollment.expired Authenticator app" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("it is recorded %d times, want once", n)
			}
		})
	}
}

func TestRenaming(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	second := beginBeside(live, h, JSON{"name": "Zoë's tablet"}, recoveryCode(codes[0]))
	live.Confirm(second, second.Code()).Require(201, "")
	bobs, _, _ := userWithRecoveryCodes(h, bob)
	rename := func(c *apptest.Client, name string) apptest.Response {
		return c.Do("PATCH", methods+phone.ID, JSON{"name": name})
	}
	for _, taken := range []string{"Zoë's tablet", "ZOË'S TABLET", "Zoe\u0308's tablet", "  zoë's tablet "} {
		rename(live, taken).Require(409, "name_taken")
	}
	wantPointer(t, rename(live, " \u00a0 ").Require(400, "invalid_request"), "/name")
	rename(bobs, "Mine now").Require(404, "not_found")
	if got := rename(live, "AUTHENTICATOR APP").Require(200, "").Text("name"); got != "AUTHENTICATOR APP" { // its own, in another case
		t.Errorf("the name is %q", got)
	}
	a := rename(live, "  Old phone ").Require(200, "")
	if a.Text("name") != "Old phone" || a.Text("id") != phone.ID {
		t.Errorf("got %s", a.Body)
	}
	wantEntry(t, activityOf(t, h, accountIDOf(h, ada))[:1], "method.renamed Old phone")
	if diff := cmp.Diff([]string{"Old phone", "Zoë's tablet"}, methodNames(live)); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
}

func TestOfTwoMethodsThatWantOneNameOneGetsIt(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, tenCodes)
	other := apptest.StartIn(t, h.Dir, h.Clock, "TWOFOLD_PUBLIC_URL="+h.URL)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	second := live.Begin(recoveryCode(codes[0]))
	live.Confirm(second, second.Code()).Require(201, "")
	clients := []*apptest.Client{live, live.OnServer(other)}
	for round := range 5 {
		spellings := []string{fmt.Sprintf("Straße %d", round), fmt.Sprintf("STRASSE %d", round)}
		answers := apptest.Concurrently(2, func(i int) apptest.Response {
			return clients[i].Do("PATCH", methods+[]string{phone.ID, second.ID}[i], JSON{"name": spellings[i]})
		})
		wantTally(t, answers, map[string]int{"200": 1, "409 name_taken": 1})
	}
}
