package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// mangled are tokens that something happened to on the way.
func mangled(token string) map[string]string {
	header, rest, _ := strings.Cut(token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	flipped := "A" + signature[1:]
	if signature[0] == 'A' {
		flipped = "B" + signature[1:]
	}
	return map[string]string{
		"empty":                      "",
		"dots":                       "..",
		"four dots":                  "....",
		"header alone":               header,
		"without signature":          header + "." + claims,
		"with an empty signature":    header + "." + claims + ".",
		"half a signature":           header + "." + claims + "." + signature[:43],
		"a signature of zeros":       header + "." + claims + "." + strings.Repeat("A", 86),
		"another signature":          header + "." + claims + "." + flipped,
		"a longer signature":         token + "AA",
		"a padded signature":         token + "==",
		"cut by one":                 token[:len(token)-1],
		"claims of another purpose":  header + "." + encoded(JSON{"purpose": "mfa.enroll"}) + "." + signature,
		"parts in another order":     claims + "." + header + "." + signature,
		"five parts, as of a JWE":    token + "." + header + "." + claims,
		"a space inside":             header + ". " + claims + "." + signature,
		"a tab inside":               header + ".\t" + claims + "." + signature,
		"twice in one line":          token + "," + token,
		"twice with a space":         token + " " + token,
		"with a scheme":              "Bearer " + token,
		"in quotes":                  `"` + token + `"`,
		"in JSON":                    `{"protected":"` + header + `","payload":"` + claims + `","signature":"` + signature + `"}`,
		"in capitals":                strings.ToUpper(token),
		"in the other base64":        strings.NewReplacer("-", "+", "_", "/").Replace(header + "-_." + claims + "." + signature),
		"longer than any of ours":    token + strings.Repeat("A", 6000),
		"a header of six thousand":   strings.Repeat("e30", 2000) + "." + claims + "." + signature,
		"brackets without end":       encoded(strings.Repeat("[", 1000)) + "." + claims + "." + signature,
		"a header that is no object": encoded([]string{"ES256"}) + "." + claims + "." + signature,
		"claims that are no object":  header + "." + encoded("mfa.enroll") + "." + signature,
	}
}

// wantRefusedFast wants the refusal that every wrong token gets, within ten milliseconds. A machine can be busy: the
// fastest of some tries counts.
func wantRefusedFast(t *testing.T, c *apptest.Client, token string) {
	t.Helper()
	const limit = 10 * time.Millisecond
	fastest := time.Hour
	for range 10 {
		begun := time.Now()
		a := c.InProcess().Do("POST", enrollments, nil, "Step-Up-Token", token)
		fastest = min(fastest, time.Since(begun))
		a.Require(401, "step_up_required")
		if fastest < limit {
			return
		}
	}
	t.Errorf("the fastest refusal took %v, want less than %v", fastest, limit)
}

func TestT18_ForgedJWT_FarExpiry(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := stepUp(script, "mfa.enroll")
	f := newForger(t, h, token)
	endless := es256(f.key, f.header, but(f.claims, JSON{"exp": h.Clock.Now().Add(365 * 24 * time.Hour).Unix()}))
	h.Clock.Advance(5 * time.Minute)
	script.Do("POST", enrollments, nil, "Step-Up-Token", endless).Require(401, "step_up_required")
}

func TestT18_ForgedJWT_OtherInstallation(t *testing.T) {
	t.Parallel()
	here, there := apptest.Start(t), apptest.Start(t)
	here.AddAccount(ada)
	there.AddAccount(ada)
	mine, theirs := here.SignedIn(ada), there.SignedIn(ada)
	mine.Do("POST", enrollments, nil, "Step-Up-Token", stepUp(theirs, "mfa.enroll")).Require(401, "step_up_required")
}

func TestT18_ForgedJWT_OtherCredential(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)
	token := stepUp(script, "mfa.enroll", JSON{"code": phone.Code()})
	h.Script(token).Do("GET", current, nil).Require(401, "session_required")
	browser := h.Browser()
	browser.SetCookie("twofold_session", token)
	browser.Do("GET", current, nil).Require(401, "session_required")
	browser.SetCookie("twofold_signin", token)
	browser.Do("POST", complete, JSON{"code": phone.CodeIn(1)}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "session_required")
}
