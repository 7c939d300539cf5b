package app_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretMarkers are secrets by what they are. None of them may turn up anywhere.
type secretMarkers map[string]string

// in fails the test for every canary that a text holds, in any spelling.
func (c secretMarkers) in(t *testing.T, where, text string) {
	t.Helper()
	for _, what := range c.found(text) {
		t.Errorf("%s holds %s", where, what)
	}
}

// found says which canaries a text holds, and how they are spelled there.
func (c secretMarkers) found(text string) (all []string) {
	for what, secret := range c {
		if secret == "" {
			all = append(all, what+", which is empty: it proves nothing")
			continue
		}
		looked := make(map[string]bool)
		for form, spelled := range embeddedEncodings(secret) {
			if looked[spelled] {
				continue
			}
			looked[spelled] = true
			if holds(text, spelled) {
				all = append(all, what+" "+form)
			}
		}
	}
	slices.Sort(all)
	return all
}

// holds is strings.Contains, but for a code as it is: a longer number may hold its digits by chance.
func holds(text, spelled string) bool {
	if len(spelled) > 6 || !strings.Contains(text, spelled) {
		return strings.Contains(text, spelled)
	}
	return regexp.MustCompile(`(^|[^0-9A-Za-z])` + regexp.QuoteMeta(spelled) + `([^0-9A-Za-z]|$)`).MatchString(text)
}

// embeddedEncodings are the spellings of a secret, alone and as a part of something longer.
func embeddedEncodings(secret string) map[string]string {
	forms := encodings(secret)
	quoted, err := json.Marshal(secret)
	if err != nil {
		panic(err)
	}
	var percents strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&percents, "%%%02X", b)
	}
	maps.Copy(forms, map[string]string{
		"in capitals":        strings.ToUpper(secret),
		"in JSON":            string(quoted[1 : len(quoted)-1]),
		"in Go":              strings.Trim(fmt.Sprintf("%q", secret), `"`),
		"in HTML":            html.EscapeString(secret),
		"in a query":         url.QueryEscape(secret),
		"in a path":          url.PathEscape(secret),
		"in percents":        percents.String(),
		"as numbers":         strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
		"its text in base32": base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(secret)),
	})
	// Whatever stands before it, as in Basic user:secret: three bytes make four characters, so there are three ways to fall.
	for before := range 3 {
		text := []byte(strings.Repeat("\x00", before) + secret)
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 (url)": base64.RawURLEncoding} {
			part := encoding.EncodeToString(text)[(8*before+5)/6:]
			if len(text)%3 != 0 {
				part = part[:len(part)-1] // shared with what follows
			}
			forms[fmt.Sprintf("%d bytes into %s", before, name)] = part
		}
	}
	return forms
}

func TestSecrets_FoundInEveryEncoding(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"123456", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "tf_s_5Zk-_0aB", `it's "a" <pass>wörd & \ more%`, "\x00\xff\x10 bytes"} {
		c := secretMarkers{"it": secret}
		for form, spelled := range embeddedEncodings(secret) {
			if len(c.found("before "+spelled+" after")) == 0 {
				t.Errorf("%q is not found %s: %s", secret, form, spelled)
			}
		}
		for _, before := range []string{"", "a", "ab", "user:"} {
			text := base64.StdEncoding.EncodeToString([]byte(before + secret + ":and so on"))
			if len(c.found(text)) == 0 {
				t.Errorf("%q is not found in %s, behind %q", secret, text, before)
			}
		}
		if got := c.found("nothing 0123456789 of it"); len(got) > 0 {
			t.Errorf("%q is found where it is not: %v", secret, got)
		}
	}
	if got := (secretMarkers{"it": ""}).found("x"); len(got) != 1 {
		t.Error("an empty secret passes")
	}
}
