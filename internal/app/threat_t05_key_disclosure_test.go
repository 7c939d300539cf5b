package app_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// encodings are the forms in which a key or a token might turn up where it must not.
func encodings(secret string) map[string]string {
	raw, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		raw = []byte(secret)
	}
	forms := map[string]string{
		"as it is":         secret,
		"in lower case":    strings.ToLower(secret),
		"in hex":           hex.EncodeToString(raw),
		"in capital hex":   strings.ToUpper(hex.EncodeToString(raw)),
		"in base64":        base64.RawStdEncoding.EncodeToString(raw),
		"in base64 (url)":  base64.RawURLEncoding.EncodeToString(raw),
		"its text in hex":  hex.EncodeToString([]byte(secret)),
		"its text encoded": base64.RawStdEncoding.EncodeToString([]byte(secret)),
	}
	if len(raw) == 20 {
		forms["in bytes"] = string(raw)
	}
	return forms
}

// recordResponses collects all that the house's clients are answered.
func recordResponses(h *apptest.Server) (heard func() string) {
	var mu sync.Mutex
	var text bytes.Buffer
	h.OnResponse = func(_ *http.Request, a apptest.Response) {
		mu.Lock()
		defer mu.Unlock()
		_ = a.Header.Write(&text)
		text.Write(a.Body)
		text.WriteByte('\n')
	}
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

// readAll gets everything that can be got, with ids in the paths and without.
func readAll(t *testing.T, c *apptest.Client, ids ...string) {
	t.Helper()
	for _, op := range apptest.Operations(t) {
		for _, id := range ids {
			c.Do("GET", op.OnServer(id), nil)
		}
	}
	for _, path := range []string{"/", "/settings/account", enrollments + "/" + ids[0], methods + ids[0], "/api/v1/mfa/totp"} {
		c.Do("GET", path, nil)
		c.Do("HEAD", path, nil)
	}
}

func TestT05_KeyDisclosure_ShownOnce(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	begun := script.Do("POST", enrollments, nil, "Step-Up-Token", stepUp(script, "mfa.enroll")).Require(201, "")
	phone, secret := h.PhoneFrom(begun), begun.Text("secret")

	heard := recordResponses(h)
	readAll(t, script, phone.ID)
	script.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
	script.Confirm(phone, phone.CodeIn(4)).Require(422, "code_rejected")
	readAll(t, script, phone.ID)
	script.Confirm(phone, phone.Code()).Require(201, "")
	readAll(t, script, phone.ID)
	script.Confirm(phone, phone.Code()).Require(404, "not_found")

	h.Clock.Advance(30 * time.Second)
	token := pendingSignIn(h, ada)
	completeSignIn(h, token, phone.Wrong()).Require(401, "code_rejected")
	completeSignIn(h, token, phone.Code()).Require(201, "")
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(401, "code_used")
	script.StepUp("mfa.remove").Require(401, "code_required")
	h.Clock.Advance(30 * time.Second)
	remove := stepUp(script, "mfa.remove", JSON{"code": phone.Code()})
	readAll(t, script, phone.ID)
	script.Do("DELETE", methods+phone.ID, nil).Require(401, "step_up_required")
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", remove).Require(200, "")
	readAll(t, script, phone.ID)
	readAll(t, h.Script(""), phone.ID)

	for form, text := range encodings(secret) {
		if strings.Contains(heard(), text) {
			t.Errorf("an answer after the first holds the key %s", form)
		}
	}
	for what, text := range map[string]string{
		"a key URI": "otpauth:", "a PNG in base64": "iVBORw0KGgo", "a PNG": "\x89PNG", "a member for it": `"qr_png"`,
	} {
		// The contract explains the members and gives examples; it is nobody's key.
		if strings.Contains(strings.ReplaceAll(heard(), string(apptest.Contract(t)), ""), text) {
			t.Errorf("an answer after the first holds %s", text+", "+what)
		}
	}
}

func TestT05_KeyDisclosure_NewKeyEachTime(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	seen := make(map[string]bool)
	for range 5 {
		a := script.Do("POST", enrollments, nil, "Step-Up-Token", stepUp(script, "mfa.enroll")).Require(201, "")
		seen[a.Text("secret")] = true
	}
	if len(seen) != 5 {
		t.Errorf("five enrollments had %d keys", len(seen))
	}
}

func TestT06_KeyCaching_NoStore(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.Do("POST", enrollments, nil, "Step-Up-Token", stepUp(script, "mfa.enroll")).Require(201, "")
	for name, want := range map[string]string{
		"Cache-Control":   "no-store",
		"Referrer-Policy": "no-referrer",
		"Etag":            "",
		"Last-Modified":   "",
		"Location":        "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	png, err := base64.StdEncoding.DecodeString(a.Text("qr_png"))
	if err != nil || !strings.HasPrefix(string(png), "\x89PNG\r\n\x1a\n") {
		t.Errorf("the picture does not come as a PNG in the answer itself: %v", err)
	}
	for name, values := range a.Header {
		for _, value := range values {
			if strings.Contains(value, a.Text("secret")) {
				t.Errorf("the header %s holds the key", name)
			}
		}
	}
}
