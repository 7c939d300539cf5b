package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT17_StepUpReplay_OtherSessionOrPurpose(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	mine, phone := h.NewUser(ada).WithTOTP().Session()
	also := h.SignedIn(ada, JSON{"code": phone.Code()})
	other, bobs := h.NewUser(bob).WithTOTP().Session()
	h.Clock.Advance(30 * time.Second)

	for name, token := range map[string]string{
		"another user's":          other.StepUpToken("mfa.remove", JSON{"code": bobs.Code()}),
		"another session's":       also.StepUpToken("mfa.remove", JSON{"code": phone.Code()}),
		"for another purpose":     mine.StepUpToken("mfa.enroll", JSON{"code": phone.CodeIn(1)}),
		"the session's own token": mine.Bearer,
		"nothing":                 "",
		"a word":                  "please",
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			mine.WithT(t).Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		})
	}
}

func TestT17_StepUpReplay_UsedTwice(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)

	t.Run("token used twice", func(t *testing.T) {
		c := script.WithT(t)
		token := c.StepUpToken("mfa.enroll")
		c.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(201, "")
		c.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	})
	t.Run("fifty concurrent requests, one accepted", func(t *testing.T) {
		token := script.WithT(t).StepUpToken("mfa.enroll")
		responses := apptest.Concurrently(50, func(int) apptest.Response {
			return script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token)
		})
		apptest.WantOutcomes(t, responses, map[string]int{"201": 1, "401 step_up_required": 49})
	})
	t.Run("two processes, one accepted", func(t *testing.T) {
		second := h.Another()
		token := script.WithT(t).StepUpToken("mfa.enroll")
		responses := apptest.Concurrently(50, func(i int) apptest.Response {
			return script.OnServer([]*apptest.Server{h, second}[i%2]).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token)
		})
		apptest.WantOutcomes(t, responses, map[string]int{"201": 1, "401 step_up_required": 49})
	})
}

func TestT17_StepUpReplay_ExpiresAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	other := script.StepUpToken("mfa.enroll")
	h.Clock.Advance(5*time.Minute - time.Second)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(201, "")
	h.Clock.Advance(time.Second)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", other).Require(401, "step_up_required")
}

func TestT17_StepUpReplay_AfterSignOut(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	token := browser.StepUpToken("mfa.enroll")
	browser.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	browser.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "session_required")
	browser.SignIn(ada).Require(201, "")
	browser.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
}

func TestT17_StepUpReplay_AfterMethodChange(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()

	t.Run("after a confirmation", func(t *testing.T) {
		c := script.WithT(t)
		older := c.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		c.Enroll(JSON{"code": phone.Code()})
		c.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", older).Require(401, "step_up_required")
	})
	t.Run("after a removal", func(t *testing.T) {
		c := script.WithT(t)
		enroll := c.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		remove := c.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
		h.Clock.Advance(30 * time.Second)
		now := c.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
		c.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", now).Require(200, "")
		c.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", enroll).Require(401, "step_up_required")
		c.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", remove).Require(401, "step_up_required")
	})
}

func TestT17_StepUpReplay_RefusedRequestKeepsToken(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	token := script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	script.Do("POST", apptest.PathEnrollments, JSON{"name": 7}, "Step-Up-Token", token).Require(400, "invalid_request")
	script.Do("POST", apptest.PathEnrollments, JSON{"name": "authenticator APP"}, "Step-Up-Token", token).Require(409, "name_taken")
	script.Do("POST", apptest.PathEnrollments, apptest.Raw("{}"), "Step-Up-Token", token, "Content-Type", "text/plain").Require(415, "unsupported_media_type")
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token, "Sec-Fetch-Site", "cross-site", "Cookie", "a=b").Require(403, "cross_origin_refused")
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(201, "")

	h.Clock.Advance(30 * time.Second)
	token = script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", token).Require(404, "not_found")
	script.Do("DELETE", apptest.PathMethods+"nonsense", nil, "Step-Up-Token", token).Require(404, "not_found")
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestT17_StepUpReplay_AAL1TokenAfterMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	weak := script.StepUpToken("mfa.enroll")
	remove := script.StepUpToken("mfa.remove")
	phone := script.Enroll()
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", weak).Require(401, "step_up_required")
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", remove).Require(401, "step_up_required")
}
