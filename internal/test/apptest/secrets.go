package apptest

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
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

// Secrets are values, by description, that must not appear in logs, responses, mails or files.
type Secrets map[string]string

// WantAbsent fails the test for every secret that a text contains, in any encoding.
func (s Secrets) WantAbsent(t testing.TB, where, text string) {
	t.Helper()
	for _, what := range s.Find(text) {
		t.Errorf("%s contains %s", where, what)
	}
}

// WantNotStored checks the server's database: its files, and every value of every row.
func (s Secrets) WantNotStored(t testing.TB, h *Server) {
	t.Helper()
	db := h.OpenDatabase(t)
	for name, text := range db.FileContents(t) {
		s.WantAbsent(t, name, text)
	}
	s.WantAbsent(t, "a row", db.Dump(t))
}

// Find returns which secrets a text contains, and in which encoding. An empty secret counts as found, because its absence
// would prove nothing.
func (s Secrets) Find(text string) (all []string) {
	for what, secret := range s {
		if secret == "" {
			all = append(all, what+", which is empty: it proves nothing")
			continue
		}
		tried := make(map[string]bool)
		for form, encoded := range embeddedEncodings(secret) {
			if tried[encoded] {
				continue
			}
			tried[encoded] = true
			if containsSecret(text, encoded) {
				all = append(all, what+" "+form)
			}
		}
	}
	slices.Sort(all)
	return all
}

// containsSecret is strings.Contains, except that a short code must stand alone: a longer number may contain its digits
// by chance.
func containsSecret(text, encoded string) bool {
	if len(encoded) > 6 || !strings.Contains(text, encoded) {
		return strings.Contains(text, encoded)
	}
	return regexp.MustCompile(`(^|[^0-9A-Za-z])` + regexp.QuoteMeta(encoded) + `([^0-9A-Za-z]|$)`).MatchString(text)
}

// Encodings returns the forms in which a key or a token could be disclosed.
func Encodings(secret string) map[string]string {
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

// embeddedEncodings returns the encodings of a secret, alone and as a part of a longer text.
func embeddedEncodings(secret string) map[string]string {
	forms := Encodings(secret)
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
	// Base64 of a longer text, as in Basic user:secret: three bytes make four characters, so the secret can begin at three
	// offsets.
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
