package app_test

import (
	"maps"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT07_Secrets_NotInLogsOrDatabase(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	f := newLeakFixture(t, h)
	browser, found := f.browser, f.secrets
	maps.Copy(found, serverSecrets(t, h))
	recorded := h.RecordResponses()
	f.sendMalformed()
	f.sendExpired()
	refused := recorded()
	f.sendConflicts()
	f.followMails()
	f.panicInside()
	h.OpenDatabase(t).MustExec(t, `UPDATE mfa_methods SET sealed_key = ?`, []byte{0})
	h.CompleteSignIn(h.PendingSignIn(ada), found["a wrong code"]).Require(500, "internal")

	found.WantAbsent(t, "a refusal", refused)
	found.WantAbsent(t, "the log", h.Log.String())
	for _, line := range []string{
		`"msg":"panic"`, `"msg":"request failed"`, `"event":"step_up.refused"`, `"event":"sign_in.failed"`, `"level":"DEBUG"`,
		`"status":400`, `"status":401`, `"status":409`, `"status":429`, `"status":500`,
	} {
		if !strings.Contains(h.Log.String(), line) {
			t.Errorf("the log does not contain %s, so the test covers too little", line)
		}
	}
	found.WantNotStored(t, h) // of the running server, with its write-ahead log
	h.App.Close()
	h.Script("").SignIn(ada).Require(503, "unavailable")
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(503, "unavailable")
	browser.Do("GET", "/readyz", nil).Require(503, "unavailable")
	browser.Do("GET", "/healthz", nil).Require(200, "")
	found.WantAbsent(t, "the log without a database", h.Log.String())
	for name, text := range h.OpenDatabase(t).FileContents(t) {
		found.WantAbsent(t, name, text)
	}
}
