package app_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT18_ForgedJWT_RefusedWithoutFetch(t *testing.T) {
	apptest.Timing(t)
	// refused checks that a token is refused within ten milliseconds. The fastest of ten attempts counts, because the machine
	// can be busy.
	refused := func(t *testing.T, c *apptest.Client, token string) {
		t.Helper()
		const limit = 10 * time.Millisecond
		fastest := time.Hour
		for range 10 {
			begun := time.Now()
			a := c.InProcess().Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token)
			fastest = min(fastest, time.Since(begun))
			a.Require(401, "step_up_required")
			if fastest < limit {
				return
			}
		}
		t.Errorf("the fastest refusal took %v, want less than %v", fastest, limit)
	}
	var fetched atomic.Int32
	theirs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fetched.Add(1) }))
	t.Cleanup(theirs.Close)
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	token := script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	f := apptest.NewTokenForger(t, h, token)

	for kind, tokens := range map[string]map[string]string{
		"algorithm": f.OtherAlgorithms(), "header": f.OtherHeaders(theirs.URL), "claims": f.OtherClaims(h.Clock.Now()), "shape": apptest.MangledTokens(token),
	} {
		for name, forged := range tokens {
			t.Run(kind+"/"+name, func(t *testing.T) { refused(t, script.WithT(t), forged) })
		}
	}
	t.Run("shape/in two header lines", func(t *testing.T) {
		r := script.WithT(t).Request("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token, "Step-Up-Token", token)
		script.WithT(t).Send(r).Require(401, "step_up_required")
	})
	if n := fetched.Load(); n != 0 {
		t.Errorf("%d requests went to an address that a token named", n)
	}
	// Every refusal was for the forgery: the real token still works, and so does one with URLs that are never fetched.
	hinted := apptest.SignECDSA(f.Key, f.Header.With(JSON{"jku": theirs.URL, "x5u": theirs.URL}), f.Claims)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", hinted).Require(201, "")
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	if n := fetched.Load(); n != 0 {
		t.Errorf("%d requests fetched a URL of the token", n)
	}
}
