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

// wantMethods wants a list of proofs, in order.
func wantMethods(t *testing.T, got any, want ...any) {
	t.Helper()
	if diff := cmp.Diff(append([]any{}, want...), got); diff != "" {
		t.Errorf("methods, - want, + got:\n%s", diff)
	}
}

func TestRecoveryCodes_WithFirstMethodOnly(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	if got := remaining(script); got != -1 {
		t.Errorf("%d codes before any method", got)
	}
	script.Do("POST", recoveryCodes, nil, "Step-Up-Token", stepUp(script, "mfa.recovery_codes")).Require(409, "mfa_required")
	phone := script.Begin()
	a := script.Confirm(phone, phone.Code()).Require(201, "")
	codes := shownCodes(t, a)
	if len(codes) != 10 || a.Int("receipt", "recovery_codes_left") != 10 || remaining(script) != 10 {
		t.Errorf("got %s, want ten codes", a.Body)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(codes))); len(distinct) != 10 {
		t.Errorf("only %d codes differ", len(distinct))
	}
	generated := script.Do("GET", "/api/v1/mfa", nil).Text("recovery_codes", "generated_at")
	if want := h.Clock.Now().Format(time.RFC3339); generated != want {
		t.Errorf("generated_at is %s, want %s", generated, want)
	}
	h.Clock.Advance(30 * time.Second)
	second := script.Begin(recoveryCode(codes[0]))
	a = script.Confirm(second, second.Code()).Require(201, "")
	if a.Value("recovery_codes") != nil || a.Int("receipt", "recovery_codes_left") != 9 {
		t.Errorf("a second method: got %s, want no codes, and nine left", a.Body)
	}
	h.Clock.Advance(30 * time.Second)
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", stepUp(script, "mfa.remove", JSON{"code": second.Code()})).Require(200, "")
	if got := remaining(script); got != 9 {
		t.Errorf("%d codes are left beside a method that stays, want 9", got)
	}
}

func TestRecoveryCodes_UseAndLowNotices(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes, "TWOFOLD_SIGN_INS_OPEN=50")
	_, _, codes := userWithRecoveryCodes(h, ada)
	account := accountIDOf(h, ada)
	var lows []int
	for i, code := range codes {
		recovering(h, pendingSignIn(h, ada), strings.ToLower(strings.ReplaceAll(code, "-", " "))).Require(201, "")
		entries := activityOf(t, h, account)
		wantEntry(t, entries[:4], "recovery_codes.used")
		if slices.ContainsFunc(entries[:4], func(e string) bool { return strings.HasPrefix(e, "recovery_codes.low") }) {
			lows = append(lows, len(codes)-1-i)
		}
	}
	if diff := cmp.Diff([]int{3, 2, 1, 0}, lows); diff != "" {
		t.Errorf("told that they run out when so many were left, - want, + got:\n%s", diff)
	}
	kinds := mailKinds(t, h, account)
	if n := len(slices.DeleteFunc(kinds, func(k string) bool { return k != "recovery_code_used" })); n != 10 {
		t.Errorf("%d mails tell of a code, want 10", n)
	}
	a := h.Script("").SignIn(ada).Require(202, "")
	wantMethods(t, a.Value("methods"), "totp") // what is gone is not offered
	recovering(h, pendingSignIn(h, ada), wrongRecoveryCode).Require(401, "code_rejected")
	wantEntry(t, activityOf(t, h, account)[:2], "recovery_codes.failed")
}

// accountIDOf is an account's id.
func accountIDOf(h *apptest.Server, email string) string {
	h.T.Helper()
	a, err := h.App.Accounts.ByEmail(context.Background(), email)
	if err != nil {
		h.T.Fatal(err)
	}
	return a.ID
}

func TestGenerateRecoveryCodes_EndsOtherSessions(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	_, phone, codes := userWithRecoveryCodes(h, ada)
	browser, other := h.Browser(), h.SignedIn(ada, recoveryCode(codes[0]))
	browser.SignIn(ada, recoveryCode(codes[1])).Require(201, "")
	older := stepUp(browser, "mfa.remove", recoveryCode(codes[2]))
	cookie := browser.Cookie("twofold_session")
	browser.Do("POST", recoveryCodes, nil).Require(401, "step_up_required")
	browser.Do("POST", recoveryCodes, nil, "Step-Up-Token", older).Require(401, "step_up_required")
	grant := stepUp(browser, "mfa.recovery_codes", JSON{"code": phone.Code()})
	a := browser.Do("POST", recoveryCodes, nil, "Step-Up-Token", grant).Require(201, "")
	if got := a.Int("receipt", "sessions_ended"); got != 2 {
		t.Errorf("sessions_ended is %d, want 2", got)
	}
	if browser.Cookie("twofold_session") == cookie {
		t.Error("the session kept its token")
	}
	browser.Do("GET", current, nil).Require(200, "")
	other.Do("GET", current, nil).Require(401, "session_required")
	for _, token := range []string{older, grant} {
		browser.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		browser.Do("POST", recoveryCodes, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	}
	account := accountIDOf(h, ada)
	wantEntry(t, activityOf(t, h, account)[:8], "recovery_codes.generated")
	if kinds := mailKinds(t, h, account); !slices.Contains(kinds, "recovery_codes_generated") {
		t.Errorf("the mails are %v", kinds)
	}
}

func TestResetMFA_DeletesRecoveryCodes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	_, _, codes := userWithRecoveryCodes(h, ada)
	if n, sessions, err := h.App.ResetMFA(context.Background(), ada, "lost everything"); n != 1 || sessions != 1 || err != nil {
		t.Errorf("got %d methods, %d sessions, %v", n, sessions, err)
	}
	script := h.SignedIn(ada)
	if got := remaining(script); got != -1 {
		t.Errorf("%d codes are left", got)
	}
	account := accountIDOf(h, ada)
	if kinds := mailKinds(t, h, account); !slices.Equal(kinds[len(kinds)-2:], []string{"mfa_reset", "new_device"}) { // devices are forgotten too
		t.Errorf("the mails are %v", kinds)
	}
	script.Enroll()
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(401, "code_rejected")
}

func TestSuspendedMethod_NotOffered(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	account := accountIDOf(h, ada)
	if _, err := h.App.Methods.Suspend(context.Background(), account, phone.ID); err != nil {
		t.Fatal(err)
	}
	wantEntry(t, activityOf(t, h, account)[:1], "method.disabled Authenticator app")
	a := live.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	method, _ := a.Value("methods").([]any)[0].(map[string]any)
	if a.Value("enabled") != true || method["suspended"] != true {
		t.Errorf("got %s, want MFA on and its method suspended", a.Body)
	}
	wantMethods(t, h.Script("").SignIn(ada).Require(202, "").Value("methods"), "recovery_code")
	wantMethods(t, live.StepUp("mfa.remove").Require(401, "code_required").Value("methods"), "password", "recovery_code")
	a = live.Do("DELETE", methods+phone.ID, nil).Require(401, "step_up_required")
	wantMethods(t, a.Value("step_up", "methods"), "password", "recovery_code")
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(401, "code_rejected")
	back := h.Script(recovering(h, pendingSignIn(h, ada), codes[0]).Require(201, "").Text("session_token"))
	back.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", stepUp(back, "mfa.remove", recoveryCode(codes[1]))).Require(200, "")
	h.SignedIn(ada)
}
