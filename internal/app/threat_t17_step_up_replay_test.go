package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT17_AStepUpTokenIsForOneSessionAndOnePurpose(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	mine, phone := withMFA(h, ada)
	also := h.SignedIn(ada, JSON{"code": phone.Code()})
	other, bobs := withMFA(h, bob)
	h.Clock.Advance(30 * time.Second)

	for name, token := range map[string]string{
		"another user's":          stepUp(other, "mfa.remove", JSON{"code": bobs.Code()}),
		"another session's":       stepUp(also, "mfa.remove", JSON{"code": phone.Code()}),
		"for another purpose":     stepUp(mine, "mfa.enroll", JSON{"code": phone.CodeIn(1)}),
		"the session's own token": mine.Bearer,
		"nothing":                 "",
		"a word":                  "please",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			mine.WithT(t).Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		})
	}
}

func TestT17_AStepUpTokenWorksOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)

	t.Run("in sequence", func(t *testing.T) {
		c := script.WithT(t)
		token := stepUp(c, "mfa.enroll")
		c.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(201, "")
		c.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	})
	t.Run("fifty times at once", func(t *testing.T) {
		token := stepUp(script.WithT(t), "mfa.enroll")
		answers := apptest.Concurrently(50, func(int) apptest.Response {
			return script.Do("POST", enrollments, nil, "Step-Up-Token", token)
		})
		wantTally(t, answers, map[string]int{"201": 1, "401 step_up_required": 49})
	})
	t.Run("over two processes at once", func(t *testing.T) {
		second := apptest.StartIn(t, h.Dir, h.Clock, "TWOFOLD_PUBLIC_URL="+h.URL)
		token := stepUp(script.WithT(t), "mfa.enroll")
		answers := apptest.Concurrently(50, func(i int) apptest.Response {
			return script.OnServer([]*apptest.Server{h, second}[i%2]).Do("POST", enrollments, nil, "Step-Up-Token", token)
		})
		wantTally(t, answers, map[string]int{"201": 1, "401 step_up_required": 49})
	})
}

func TestT17_AStepUpTokenLivesFiveMinutes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := stepUp(script, "mfa.enroll")
	other := stepUp(script, "mfa.enroll")
	h.Clock.Advance(5*time.Minute - time.Second)
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(201, "")
	h.Clock.Advance(time.Second)
	script.Do("POST", enrollments, nil, "Step-Up-Token", other).Require(401, "step_up_required")
}

func TestT17_AStepUpTokenDiesWithItsSession(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	token := stepUp(browser, "mfa.enroll")
	browser.Do("DELETE", current, nil).Require(204, "")
	browser.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "session_required")
	browser.SignIn(ada).Require(201, "")
	browser.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
}

func TestT17_AChangeOfMethodsEndsOlderStepUpTokens(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)

	t.Run("after a confirmation", func(t *testing.T) {
		c := script.WithT(t)
		older := stepUp(c, "mfa.remove", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		c.Enroll(JSON{"code": phone.Code()})
		c.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", older).Require(401, "step_up_required")
	})
	t.Run("after a removal", func(t *testing.T) {
		c := script.WithT(t)
		enroll := stepUp(c, "mfa.enroll", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		remove := stepUp(c, "mfa.remove", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		now := stepUp(c, "mfa.remove", JSON{"code": phone.Code()})
		c.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", now).Require(200, "")
		c.Do("POST", enrollments, nil, "Step-Up-Token", enroll).Require(401, "step_up_required")
		c.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", remove).Require(401, "step_up_required")
	})
}

func TestT17_ARefusedPresentationSpendsNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)
	token := stepUp(script, "mfa.enroll", JSON{"code": phone.Code()})
	script.Do("POST", enrollments, JSON{"name": 7}, "Step-Up-Token", token).Require(400, "invalid_request")
	script.Do("POST", enrollments, JSON{"name": "authenticator APP"}, "Step-Up-Token", token).Require(409, "name_taken")
	script.Do("POST", enrollments, apptest.Raw("{}"), "Step-Up-Token", token, "Content-Type", "text/plain").Require(415, "unsupported_media_type")
	script.Do("POST", enrollments, nil, "Step-Up-Token", token, "Sec-Fetch-Site", "cross-site", "Cookie", "a=b").Require(403, "cross_origin_refused")
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(201, "")

	h.Clock.Advance(30 * time.Second)
	token = stepUp(script, "mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", token).Require(404, "not_found")
	script.Do("DELETE", methods+"nonsense", nil, "Step-Up-Token", token).Require(404, "not_found")
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestT17_AWeakTokenIsWorthlessOnceTheAccountHasMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	weak := stepUp(script, "mfa.enroll")
	remove := stepUp(script, "mfa.remove")
	phone := script.Enroll()
	script.Do("POST", enrollments, nil, "Step-Up-Token", weak).Require(401, "step_up_required")
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", remove).Require(401, "step_up_required")
}
