package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// down is an error that may report a temporary failure.
type down struct{ is bool }

func (d down) Error() string     { return "down" }
func (d down) Unavailable() bool { return d.is }

func TestCodeOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want ProblemCode
	}{
		{invalid("/a", "b"), ProblemCodeInvalidRequest},
		{authn.ErrTransportMismatch, ProblemCodeInvalidRequest},
		{errSessionRequired, ProblemCodeSessionRequired},
		{session.ErrEnded, ProblemCodeSessionRequired},
		{stepup.ErrRefused, ProblemCodeStepUpRequired},
		{authn.ErrCredentialsRejected, ProblemCodeCredentialsRejected},
		{&authn.CredentialsError{}, ProblemCodeCredentialsRejected},
		{authn.ErrCodeRequired, ProblemCodeCodeRequired},
		{authn.ErrSignInExpired, ProblemCodeSignInExpired},
		{mfa.ErrCodeRejected, ProblemCodeCodeRejected},
		{&mfa.RejectedError{}, ProblemCodeCodeRejected},
		{mfa.ErrCodeUsed, ProblemCodeCodeUsed},
		{mfa.ErrNotFound, ProblemCodeNotFound},
		{mfa.ErrNameTaken, ProblemCodeNameTaken},
		{mfa.ErrTooManyMethods, ProblemCodeTooManyMethods},
		{mfa.ErrEnrollmentExpired, ProblemCodeEnrollmentExpired},
		{throttle.ErrThrottled, ProblemCodeTooManyAttempts},
		{&throttle.ThrottledError{RetryAfter: time.Second}, ProblemCodeTooManyAttempts},
		{ipLimitError{time.Second}, ProblemCodeTooManyRequests},
		{password.ErrBusy, ProblemCodeUnavailable},
		{down{true}, ProblemCodeUnavailable},
		{down{false}, ProblemCodeInternal},
		{errors.Join(mfa.ErrNotFound, down{true}), ProblemCodeUnavailable}, // the temporary failure takes precedence
		{errBodyTooLarge, ProblemCodeBodyTooLarge},
		{errUnsupportedMediaType, ProblemCodeUnsupportedMediaType},
		{errCrossOrigin, ProblemCodeCrossOriginRefused},
		{echo.ErrNotFound, ProblemCodeNotFound},
		{echo.ErrMethodNotAllowed, ProblemCodeMethodNotAllowed},
		{errors.New("unexpected"), ProblemCodeInternal},
		{account.ErrNotFound, ProblemCodeSessionRequired}, // its sessions were deleted with it
		{mfa.ErrInvalidName, ProblemCodeInvalidRequest},
		{mfa.ErrRecoveryCode, ProblemCodeInvalidRequest},
		{mfa.ErrMFANotEnabled, ProblemCodeMFARequired},
		{&authn.CodeRequiredError{}, ProblemCodeCodeRequired},
		{throttle.ErrBusy, ProblemCodeUnavailable},
		{echo.ErrTeapot, ProblemCodeInternal},
	} {
		for how, err := range map[string]error{"bare": c.err, "wrapped": fmt.Errorf("sign in: %w", fmt.Errorf("prove: %w", c.err))} {
			if got := codeOf(err); got != c.want {
				t.Errorf("%v, %s: got %s, want %s", c.err, how, got, c.want)
			}
		}
	}
}

func TestProblems_ErrorsAreUnique(t *testing.T) {
	t.Parallel()
	for i, p := range problems {
		if !p.code.Valid() {
			t.Errorf("%v has the code %s, which is not in the contract", p.err, p.code)
		}
		for _, other := range problems[:i] {
			if errors.Is(p.err, other.err) || errors.Is(other.err, p.err) {
				t.Errorf("%v matches %v", p.err, other.err)
			}
		}
	}
}

// answered makes an operation return an error, and returns the response and the log.
func answered(t *testing.T, method, route string, err error) (status int, header http.Header, body map[string]any, logged string) {
	t.Helper()
	h, out := answering(t, method, route, func(echo.Context) error { return err })
	w := ask(h, method, strings.ReplaceAll(route, ":id", "01980f5e-9a3c-7b61-8a4e-2f4b6f0c9d11"))
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %q", err, w.Body)
	}
	return w.Code, w.Header(), body, out.String()
}

func TestAddDetails(t *testing.T) {
	t.Parallel()
	status, header, body, _ := answered(t, "GET", "/readyz", fmt.Errorf("ping: %w", down{true}))
	want := map[string]any{"type": "/problems/unavailable", "title": "Service unavailable", "status": 503.0, "code": "unavailable", "retry_after": 2.0}
	if diff := cmp.Diff(want, body); diff != "" || status != 503 || header.Get("Retry-After") != "2" {
		t.Errorf("got %d, Retry-After %q\n%s", status, header.Get("Retry-After"), diff)
	}
	for what, c := range map[string]struct {
		err  error
		want Problem
	}{
		"invalid field":           {invalid("/code", "must be six digits"), Problem{Errors: &[]FieldError{{Pointer: "/code", Detail: "must be six digits"}}}},
		"other delivery":          {authn.ErrTransportMismatch, Problem{Errors: &[]FieldError{{Pointer: "/deliver", Detail: "must be the value that the sign-in started with, or absent"}}}},
		"invalid name":            {mfa.ErrInvalidName, Problem{Errors: &[]FieldError{{Pointer: "/name", Detail: "must be 1 to 64 characters, not all of them spaces or invisible"}}}},
		"missing code":            {&authn.CodeRequiredError{Factors: []throttle.Kind{throttle.TOTP}}, Problem{Methods: &[]ProofMethod{"password", "totp"}}},
		"backoff":                 {&throttle.ThrottledError{RetryAfter: 29500 * time.Millisecond}, Problem{RetryAfter: new(30)}},
		"backoff below a second":  {&throttle.ThrottledError{RetryAfter: time.Nanosecond}, Problem{RetryAfter: new(1)}},
		"wrong password":          {&authn.CredentialsError{Budget: throttle.Budget{Left: 3}}, Problem{AttemptsLeft: new(3)}},
		"fifth wrong password":    {&authn.CredentialsError{Budget: throttle.Budget{RetryAfter: 30 * time.Second}}, Problem{AttemptsLeft: new(0), RetryAfter: new(30)}},
		"wrong code":              {&mfa.RejectedError{Budget: throttle.Budget{Left: 4}}, Problem{AttemptsLeft: new(4)}},
		"phone with a fast clock": {&mfa.RejectedError{Budget: throttle.Budget{Left: 4}, ClockOffset: 2 * time.Minute}, Problem{AttemptsLeft: new(4), ClockOffsetSeconds: new(120)}},
		"phone with a slow clock": {&mfa.RejectedError{ClockOffset: -90 * time.Second}, Problem{AttemptsLeft: new(0), ClockOffsetSeconds: new(-90)}},
		"IP limit":                {ipLimitError{61 * time.Second}, Problem{RetryAfter: new(61)}},
		"used code":               {mfa.ErrCodeUsed, Problem{}},
		"not found":               {mfa.ErrNotFound, Problem{}},
	} {
		var got Problem
		addDetails(&got, fmt.Errorf("wrapped: %w", c.err))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s, - want, + got:\n%s", what, diff)
		}
	}
}

func TestAddDetails_LockoutHasNoRetryAfter(t *testing.T) {
	t.Parallel()
	status, header, body, _ := answered(t, "POST", "/api/v1/sessions/second-factor", nil)
	if status != 400 { // the body is checked first
		t.Fatalf("got %d %v", status, body)
	}
	for kind, alternative := range map[throttle.Kind]string{throttle.TOTP: "recovery code", throttle.RecoveryCode: "authenticator app"} {
		var p Problem
		addDetails(&p, &throttle.ThrottledError{Kind: kind})
		if p.RetryAfter != nil || p.Detail == nil || !strings.Contains(*p.Detail, "Use a") && !strings.Contains(*p.Detail, "Use your") || !strings.Contains(*p.Detail, alternative) || header.Get("Retry-After") != "" {
			t.Errorf("%s: got %+v", kind, p)
		}
	}
}

func TestWriteError_UndeclaredCodeIsInternal(t *testing.T) {
	t.Parallel()
	for _, err := range []error{mfa.ErrNameTaken, session.ErrEnded, errors.New("password is hunter2")} {
		status, _, body, logged := answered(t, "GET", "/healthz", err)
		want := map[string]any{"type": "/problems/internal", "title": theContract(t).titles[ProblemCodeInternal], "status": 500.0, "code": "internal", "request_id": "request-1"}
		if diff := cmp.Diff(want, body); diff != "" || status != 500 {
			t.Errorf("%v: got %d\n%s", err, status, diff)
		}
		if !strings.Contains(logged, "request-1") || !strings.Contains(logged, `"level":"ERROR"`) {
			t.Errorf("%v: the log has no error line with the request id:\n%s", err, logged)
		}
	}
}

func TestWriteError_InternalHasNoDetails(t *testing.T) {
	t.Parallel()
	for _, err := range []error{&throttle.ThrottledError{RetryAfter: time.Second}, &authn.CredentialsError{}, authn.ErrCodeRequired} {
		if _, _, body, _ := answered(t, "GET", "/healthz", err); len(body) != 5 {
			t.Errorf("%v: got %v", err, body)
		}
	}
}

func TestWriteError_401HasChallenge(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for what, c := range map[string]struct {
		headers []string
		want    string
	}{
		"no credential":      {nil, `Bearer realm="twofold"`},
		"empty bearer token": {[]string{"Authorization", "Bearer "}, `Bearer realm="twofold", error="invalid_token"`},
		"other scheme":       {[]string{"Authorization", "Basic YTpi"}, `Bearer realm="twofold"`},
		"duplicate cookie":   {[]string{"Cookie", "__Host-twofold_session=a; __Host-twofold_session=b"}, `Bearer realm="twofold"`},
	} {
		w := ask(h, "GET", "/api/v1/mfa", c.headers...)
		if code := problemOf(t, what, w.Header(), w.Body.Bytes()); w.Code != 401 || code != "session_required" || w.Header().Get("WWW-Authenticate") != c.want {
			t.Errorf("%s: got %d %s, %s, want %s", what, w.Code, code, w.Header().Get("WWW-Authenticate"), c.want)
		}
	}
}

func TestWriteError_OutsideOfOperations(t *testing.T) {
	t.Parallel()
	for code, want := range map[ProblemCode]int{ProblemCodeNotFound: 404, ProblemCodeMethodNotAllowed: 405, ProblemCodeInternal: 500} {
		if got, ok := statusOf(code, nil); got != want || !ok {
			t.Errorf("%s: got %d, %v, want %d", code, got, ok, want)
		}
	}
	for _, code := range []ProblemCode{ProblemCodeCodeUsed, ProblemCodeUnavailable, ProblemCodeSessionRequired, "made_up"} {
		if _, ok := statusOf(code, nil); ok {
			t.Errorf("%s has a status outside of operations", code)
		}
	}
}

func TestSeconds_RoundUp(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int{1: 1, time.Second: 1, time.Second + 1: 2, time.Hour: 3600} {
		if got := seconds(d); got == nil || *got != want {
			t.Errorf("%s: got %v, want %d", d, got, want)
		}
	}
	for _, d := range []time.Duration{0, -1, -time.Hour} {
		if got := seconds(d); got != nil {
			t.Errorf("%s: got %d, want nil", d, *got)
		}
	}
}
