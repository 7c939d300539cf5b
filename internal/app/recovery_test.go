package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

func TestRecoveryCodes_WithFirstMethodOnly(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	if got := script.RecoveryCodesLeft(); got != -1 {
		t.Errorf("%d codes before any method", got)
	}
	script.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", script.StepUpToken("mfa.recovery_codes")).Require(409, "mfa_required")
	phone := script.Begin()
	a := script.Confirm(phone, phone.Code()).Require(201, "")
	codes := a.RecoveryCodes()
	if len(codes) != 10 || a.Int("receipt", "recovery_codes_left") != 10 || script.RecoveryCodesLeft() != 10 {
		t.Errorf("got %s, want ten codes", a.Body)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(codes))); len(distinct) != 10 {
		t.Errorf("only %d distinct codes", len(distinct))
	}
	generated := script.Do("GET", "/api/v1/mfa", nil).Text("recovery_codes", "generated_at")
	if want := h.Clock.Now().Format(time.RFC3339); generated != want {
		t.Errorf("generated_at is %s, want %s", generated, want)
	}
	h.Clock.Advance(30 * time.Second)
	second := script.Begin(apptest.RecoveryCode(codes[0]))
	a = script.Confirm(second, second.Code()).Require(201, "")
	if a.Value("recovery_codes") != nil || a.Int("receipt", "recovery_codes_left") != 9 {
		t.Errorf("a second method: got %s, want no codes, and nine left", a.Body)
	}
	h.Clock.Advance(30 * time.Second)
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", script.StepUpToken("mfa.remove", JSON{"code": second.Code()})).Require(200, "")
	if got := script.RecoveryCodesLeft(); got != 9 {
		t.Errorf("%d codes are left while the account has a method, want 9", got)
	}
}

func TestRecoveryCodes_UseAndLowNotices(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes, "TWOFOLD_MAX_PENDING_SIGN_INS=50")
	_, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	account := h.AccountID(ada)
	var lows []int
	for i, code := range codes {
		h.CompleteWithRecoveryCode(h.PendingSignIn(ada), strings.ToLower(strings.ReplaceAll(code, "-", " "))).Require(201, "")
		entries := h.Activity(account)
		apptest.WantEntry(t, entries[:4], "recovery_codes.used")
		if slices.ContainsFunc(entries[:4], func(e string) bool { return strings.HasPrefix(e, "recovery_codes.low") }) {
			lows = append(lows, len(codes)-1-i)
		}
	}
	if diff := cmp.Diff([]int{3, 2, 1, 0}, lows); diff != "" {
		t.Errorf("remaining codes at which the warning was recorded, - want, + got:\n%s", diff)
	}
	kinds := h.MailKinds(account)
	if n := len(slices.DeleteFunc(kinds, func(k string) bool { return k != "recovery_code_used" })); n != 10 {
		t.Errorf("%d mails about a used code, want 10", n)
	}
	a := h.Script("").SignIn(ada).Require(202, "")
	apptest.WantFactors(t, a.Value("methods"), "totp") // used-up recovery codes are not offered
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), apptest.WrongRecoveryCode).Require(401, "code_rejected")
	apptest.WantEntry(t, h.Activity(account)[:2], "recovery_codes.failed")
}

func TestGenerateRecoveryCodes_EndsOtherSessions(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	_, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	browser, other := h.Browser(), h.SignedIn(ada, apptest.RecoveryCode(codes[0]))
	browser.SignIn(ada, apptest.RecoveryCode(codes[1])).Require(201, "")
	older := browser.StepUpToken("mfa.remove", apptest.RecoveryCode(codes[2]))
	cookie := browser.Cookie("twofold_session")
	browser.Do("POST", apptest.PathRecoveryCodes, nil).Require(401, "step_up_required")
	browser.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", older).Require(401, "step_up_required")
	grant := browser.StepUpToken("mfa.recovery_codes", JSON{"code": phone.Code()})
	a := browser.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", grant).Require(201, "")
	if got := a.Int("receipt", "sessions_ended"); got != 2 {
		t.Errorf("sessions_ended is %d, want 2", got)
	}
	if browser.Cookie("twofold_session") == cookie {
		t.Error("the session token was not rotated")
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	for _, token := range []string{older, grant} {
		browser.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		browser.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	}
	account := h.AccountID(ada)
	apptest.WantEntry(t, h.Activity(account)[:8], "recovery_codes.generated")
	if kinds := h.MailKinds(account); !slices.Contains(kinds, "recovery_codes_generated") {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestResetMFA_DeletesRecoveryCodes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	_, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	if n, sessions, err := h.App.ResetMFA(context.Background(), ada, "lost everything"); n != 1 || sessions != 1 || err != nil {
		t.Errorf("got %d methods, %d sessions, %v", n, sessions, err)
	}
	script := h.SignedIn(ada)
	if got := script.RecoveryCodesLeft(); got != -1 {
		t.Errorf("%d codes are left", got)
	}
	account := h.AccountID(ada)
	if kinds := h.MailKinds(account); !slices.Equal(kinds[len(kinds)-2:], []string{"mfa_reset", "new_device"}) { // known devices are deleted too
		t.Errorf("the mails are %v", kinds)
	}
	script.Enroll()
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(401, "code_rejected")
}

func TestSuspendedMethod_NotOffered(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	account := h.AccountID(ada)
	if _, err := h.App.Methods.Suspend(context.Background(), account, phone.ID); err != nil {
		t.Fatal(err)
	}
	apptest.WantEntry(t, h.Activity(account)[:1], "method.disabled Authenticator app")
	a := live.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	method, _ := a.Value("methods").([]any)[0].(map[string]any)
	if a.Value("enabled") != true || method["suspended"] != true {
		t.Errorf("got %s, want MFA on and its method suspended", a.Body)
	}
	apptest.WantFactors(t, h.Script("").SignIn(ada).Require(202, "").Value("methods"), "recovery_code")
	apptest.WantFactors(t, live.StepUp("mfa.remove").Require(401, "code_required").Value("methods"), "password", "recovery_code")
	a = live.Do("DELETE", apptest.PathMethods+phone.ID, nil).Require(401, "step_up_required")
	apptest.WantFactors(t, a.Value("step_up", "methods"), "password", "recovery_code")
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(401, "code_rejected")
	back := h.Script(h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "").Text("session_token"))
	back.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", back.StepUpToken("mfa.remove", apptest.RecoveryCode(codes[1]))).Require(200, "")
	h.SignedIn(ada)
}
