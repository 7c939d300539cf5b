package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT18_ForgedJWT_FarExpiry(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	f := apptest.NewTokenForger(t, h, token)
	endless := apptest.SignECDSA(f.Key, f.Header, f.Claims.With(JSON{"exp": h.Clock.Now().Add(365 * 24 * time.Hour).Unix()}))
	h.Clock.Advance(5 * time.Minute)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", endless).Require(401, "step_up_required")
}

func TestT18_ForgedJWT_OtherInstallation(t *testing.T) {
	t.Parallel()
	here, there := apptest.Start(t), apptest.Start(t)
	here.AddAccount(ada)
	there.AddAccount(ada)
	mine, theirs := here.SignedIn(ada), there.SignedIn(ada)
	mine.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", theirs.StepUpToken("mfa.enroll")).Require(401, "step_up_required")
}

func TestT18_ForgedJWT_OtherCredential(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	token := script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	h.Script(token).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	browser := h.Browser()
	browser.SetCookie("twofold_session", token)
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	browser.SetCookie("twofold_signin", token)
	browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.CodeIn(1)}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "session_required")
}
