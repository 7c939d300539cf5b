package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/config"
)

func TestFromMap_InvalidValues(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"TWOFOLD_LISTEN":      {"8080", "localhost", "a:b:c", "::1:8080", "[::1]", "127.0.0.1", "unix:", "unix:@abstract", "Systemd"},
		"TWOFOLD_OPS_LISTEN":  {"9090", "localhost", "none", "OFF", "[::1]", "unix:", "systemd"},
		"TWOFOLD_SOCKET_MODE": {"rw", "0o660", "0990", "1777", "-1", "0"},
		"TWOFOLD_LOG_FORMAT":  {"JSON", "logfmt"},
		"TWOFOLD_PUBLIC_URL": {
			"account.example.com", "localhost:8080", "//account.example.com", "ftp://account.example.com", "https://", "https:///path", "://", "%", "http://[::1",
			"http://account.example.com", "http://192.0.2.1", "http://10.0.0.1:8080", "http://localhost.example.com", "http://127.0.0.1.example.com",
			"https://account.example.com/app", "https://account.example.com/?a=b", "https://account.example.com?a=b", "https://account.example.com#top",
			"https://ada@account.example.com", "https://ada:pw@account.example.com", "javascript:alert(1)", "https://account.example.com:x",
			"https://*", "https://*.example.com", "https://b\u00fccher.example", "https://:443",
		},
		"TWOFOLD_ISSUER": {
			"\u3164", "\u3164 \u2800",
			" ", "\t", "Two:fold", "Two\nfold", "Two\x00fold", "Two\u0085fold", "Two\u202efold", strings.Repeat("x", 65), strings.Repeat("ü", 33),
		},
		"TWOFOLD_TRUSTED_PROXIES":      {"10.0.0.1", "10.0.0.0/33", "proxy.example.com", "10.0.0.0/8;fd00::/8", "10.0.0.0/8 fd00::/8", "*"},
		"TWOFOLD_LOG_LEVEL":            {"loud", "trace", "1"},
		"TWOFOLD_ATTEMPTS_MAX_WAIT":    {"29s"},
		"TWOFOLD_ATTEMPTS_WAIT":        {"2h"},
		"TWOFOLD_ATTEMPTS_KEPT":        {"59m", "1h"},
		"TWOFOLD_HASH_SLOTS":           {"-1", "1.5", "two"},
		"TWOFOLD_ARGON2_PARALLELISM":   {"256", "-1"},
		"TWOFOLD_ARGON2_MEMORY_KIB":    {"4294967296", "19MiB"},
		"TWOFOLD_MAX_BODY":             {"16k", "1e3", "9223372036854775808"},
		"TWOFOLD_SIGNING_KEY_LIFETIME": {"24h"},
		"TWOFOLD_SIGNING_KEY_LEAD":     {"2160h"},
		"TWOFOLD_SIGNING_KEY_KEEP":     {"5m"},
		"TWOFOLD_STEP_UP_LIFETIME":     {"24h"},
	} {
		for _, value := range values {
			refusedByName(t, name, value)
		}
	}
}

// refusedByName checks that a value is rejected with an error that names the setting in every line.
func refusedByName(t *testing.T, name, value string) {
	t.Helper()
	_, err := config.FromMap(env{name: value})
	if err == nil {
		t.Errorf("%s=%q was accepted", name, value)
		return
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.Contains(line, name) {
			t.Errorf("%s=%q: the error does not name it: %q", name, value, line)
		}
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
		t.Errorf("%s=%q: the error repeats control characters: %q", name, value, err)
	}
}

func TestFromMap_NumbersMustBePositive(t *testing.T) {
	t.Parallel()
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		name := f.Tag.Get("env")
		values := []string{"0", "-1", "x", "1.5.0", "99999999999999999999999"}
		switch {
		case name == "TWOFOLD_REMOVAL_DELAY", name == "TWOFOLD_DRAIN":
			values = []string{"-1m", "5", "off"} // zero is valid
		case f.Type == reflect.TypeFor[time.Duration]():
			values = []string{"0s", "-1m", "5", "5 minutes", "five", "1e9h"}
		case name == "TWOFOLD_HASH_SLOTS", f.Type.Kind() < reflect.Int, f.Type.Kind() > reflect.Uint64, name == "TWOFOLD_LOG_LEVEL":
			continue // zero is valid, or the setting is not a number
		}
		for _, value := range values {
			refusedByName(t, name, value)
		}
	}
}

func TestFromMap_EmptyMeansDefault(t *testing.T) {
	t.Parallel()
	empty := env{}
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		empty[f.Tag.Get("env")] = ""
	}
	got, err := config.FromMap(empty)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(defaults(t), got, exportedFields, prefixes); diff != "" {
		t.Errorf("- default, + empty:\n%s", diff)
	}
}

func TestFromMap_ReportsAllErrors(t *testing.T) {
	t.Parallel()
	for name, invalid := range map[string]env{
		"invalid values":   {"TWOFOLD_LISTEN": "8080", "TWOFOLD_PUBLIC_URL": "http://example.com", "TWOFOLD_SIGN_IN_TRIES": "0", "TWOFOLD_HASH_WAIT": "-1s"},
		"malformed values": {"TWOFOLD_MAX_BODY": "16k", "TWOFOLD_SIGN_IN_TRIES": "x", "TWOFOLD_HASH_WAIT": "5", "TWOFOLD_LOG_LEVEL": "loud", "TWOFOLD_TRUSTED_PROXIES": "x"},
	} {
		_, err := config.FromMap(invalid)
		if err == nil {
			t.Fatalf("%s: got no error", name)
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(invalid) {
			t.Errorf("%s: %d lines, want %d:\n%v", name, len(lines), len(invalid), err)
		}
		for setting := range invalid {
			if !strings.Contains(err.Error(), setting) {
				t.Errorf("%s: %s is not named:\n%v", name, setting, err)
			}
		}
	}
}

func TestFromMap_IssuerMustBeUTF8(t *testing.T) {
	t.Parallel()
	refusedByName(t, "TWOFOLD_ISSUER", "Caf\xe9")
}

func TestFromMap_OpsListenerOff(t *testing.T) {
	t.Parallel()
	c, err := config.FromMap(env{"TWOFOLD_OPS_LISTEN": "off"})
	if err != nil || c.OpsListen != "" {
		t.Errorf("got %q (%v), want none", c.OpsListen, err)
	}
}

func TestFromMap_RequiredFromNeedsPolicy(t *testing.T) {
	t.Parallel()
	for want, given := range map[string]env{
		"use optional or required":              {"TWOFOLD_MFA_POLICY": "Required"},
		"TWOFOLD_MFA_POLICY is not required":    {"TWOFOLD_MFA_REQUIRED_FROM": "2027-01-31"},
		"write it as in 2027-01-31":             {"TWOFOLD_MFA_POLICY": "required", "TWOFOLD_MFA_REQUIRED_FROM": "31.1.2027"},
		"TWOFOLD_MFA_REMIND must be a duration": {"TWOFOLD_MFA_REMIND": "0s"},
	} {
		if _, err := config.FromMap(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", given, err, want)
		}
	}
	c, err := config.FromMap(env{"TWOFOLD_MFA_POLICY": "required", "TWOFOLD_MFA_REQUIRED_FROM": "2027-01-31"})
	if want := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC); err != nil || !c.MFA.Required() || !c.MFA.RequiredFrom.Equal(want) {
		t.Errorf("got %v, %v, %v", c.MFA.Required(), c.MFA.RequiredFrom, err)
	}
}
