package config_test

import (
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/config"
)

type env = map[string]string

// defaults returns the configuration without any setting. TestDocs_OperateListsEverySetting compares it with
// docs/operate.md.
func defaults(t *testing.T) config.Config {
	t.Helper()
	c, err := config.FromMap(env{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var exportedFields = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "publicBase"
}, cmp.Ignore())

var prefixes = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

// settings returns the fields of all settings.
func settings(t *testing.T, of reflect.Type) []reflect.StructField {
	t.Helper()
	var fields []reflect.StructField
	for i := range of.NumField() {
		f := of.Field(i)
		switch {
		case f.Tag.Get("env") != "":
			fields = append(fields, f)
		case f.IsExported() && f.Type.Kind() == reflect.Struct:
			fields = append(fields, settings(t, f.Type)...)
		case f.IsExported():
			t.Errorf("field %s cannot be set", f.Name)
		}
	}
	return fields
}

func TestConfig_UniqueVariableNames(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		name := f.Tag.Get("env")
		if !strings.HasPrefix(name, "TWOFOLD_") || name != strings.ToUpper(name) {
			t.Errorf("%s is set by %s, want TWOFOLD_ and upper case", f.Name, name)
		}
		if seen[name] {
			t.Errorf("%s is the variable of two settings", name)
		}
		seen[name] = true
	}
}

func TestFromMap_EverySettingIsRead(t *testing.T) {
	t.Parallel()
	others := env{
		"TWOFOLD_LISTEN": "127.0.0.1:0", "TWOFOLD_OPS_LISTEN": "127.0.0.1:0", "TWOFOLD_PUBLIC_URL": "https://account.example.com", "TWOFOLD_DATABASE_URL": "sqlite:/x",
		"TWOFOLD_MASTER_KEY_FILE": "/x", "TWOFOLD_ISSUER": "Example & Söhne", "TWOFOLD_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8",
		"TWOFOLD_LOG_LEVEL": "debug", "TWOFOLD_LOG_FORMAT": "json", "TWOFOLD_SOCKET_MODE": "0600", "TWOFOLD_ATTEMPTS_MAX_WAIT": "7h", "TWOFOLD_ATTEMPTS_KEPT": "7h", "TWOFOLD_SIGNING_KEY_LIFETIME": "720h",
		"TWOFOLD_SMTP_URL": "smtp://mail.example.com", "TWOFOLD_MAIL_FROM": "account@example.com", "TWOFOLD_SMTP_CA_FILE": written(t, certificate(t)),
		"TWOFOLD_DATABASE_URL_FILE": written(t, "sqlite:/x"), "TWOFOLD_SMTP_URL_FILE": written(t, "smtp://mail.example.com"),
		"TWOFOLD_MFA_POLICY": "required", "TWOFOLD_MFA_REQUIRED_FROM": "2027-01-31",
	}
	companions := env{"TWOFOLD_MFA_REQUIRED_FROM": "TWOFOLD_MFA_POLICY"} // settings that need another one
	unset := defaults(t)
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		name := f.Tag.Get("env")
		value, given := others[name]
		if !given {
			value = "7"
			if f.Type == reflect.TypeFor[time.Duration]() {
				value = "7m"
			}
		}
		got, err := config.FromMap(env{name: value, companions[name]: others[companions[name]]})
		if err != nil {
			t.Errorf("%s=%s: %v", name, value, err)
		}
		if cmp.Equal(unset, got, exportedFields, prefixes) {
			t.Errorf("%s=%s changed nothing", name, value)
		}
	}
}

func TestFromMap_TrustedProxies(t *testing.T) {
	t.Parallel()
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("192.0.2.1/32")}
	for _, given := range []string{
		"10.0.0.0/8,fd00::/8,192.0.2.1/32", "10.0.0.0/8, fd00::/8, 192.0.2.1/32", " 10.0.0.0/8 ,\tfd00::/8,,192.0.2.1/32,\n",
	} {
		c, err := config.FromMap(env{"TWOFOLD_TRUSTED_PROXIES": given})
		if err != nil || !slices.Equal(c.TrustedProxies, want) {
			t.Errorf("%q: got %v, %v, want %v", given, c.TrustedProxies, err, want)
		}
	}
}

func TestFromMap_PublicURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]struct {
		origin string
		secure bool
	}{
		"https://account.example.com":      {"https://account.example.com", true},
		"https://account.example.com/":     {"https://account.example.com", true},
		"HTTPS://Account.Example.COM":      {"https://account.example.com", true},
		"https://account.example.com:8443": {"https://account.example.com:8443", true},
		"https://192.0.2.1":                {"https://192.0.2.1", true},
		"https://[2001:db8::1]:8443":       {"https://[2001:db8::1]:8443", true},
		"http://localhost":                 {"http://localhost", false},
		"http://account.localhost:8080":    {"http://account.localhost:8080", false},
		"http://127.0.0.1:8080":            {"http://127.0.0.1:8080", false},
		"http://127.9.9.9":                 {"http://127.9.9.9", false},
		"http://[::1]:8080":                {"http://[::1]:8080", false},
		"https://localhost:8443":           {"https://localhost:8443", true},
	} {
		c, err := config.FromMap(env{"TWOFOLD_PUBLIC_URL": given})
		if err != nil || c.PublicURL != want.origin || c.Secure() != want.secure {
			t.Errorf("%s became %s, secure %v, %v, want %s, %v", given, c.PublicURL, c.Secure(), err, want.origin, want.secure)
		}
	}
}

func TestFromMap_DefaultPortIsDropped(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"https://account.example.com:443": "https://account.example.com", "http://localhost:80": "http://localhost"} {
		if c, err := config.FromMap(env{"TWOFOLD_PUBLIC_URL": given}); err != nil || c.PublicURL != want {
			t.Errorf("%s became %s, %v, want %s", given, c.PublicURL, err, want)
		}
	}
}

func TestUnknown_NamesTypos(t *testing.T) {
	t.Parallel()
	got := config.Unknown([]string{
		"TWOFOLD_LISTEN=:80", "TWOFOLD_LISTENS=:80", "TWOFOLD_", "TWOFOLD_SMTP_URI=smtp://x", "twofold_listen=:80", "PATH=/bin", "TWOFOLDER=1",
		"TWOFOLD_SESSION_AAL2_IDLE=1m", "HOME=", "",
	})
	slices.Sort(got)
	if want := []string{"TWOFOLD_LISTENS", "TWOFOLD_SMTP_URI"}; !slices.Equal(slices.DeleteFunc(got, func(n string) bool { return n == "TWOFOLD_" }), want) {
		t.Errorf("got %v, want %v", got, want)
	}
	names := []string{}
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		names = append(names, f.Tag.Get("env")+"=x")
	}
	if got := config.Unknown(names); len(got) > 0 {
		t.Errorf("settings reported as unknown: %v", got)
	}
}

func TestLoad_ReadsEnvironment(t *testing.T) {
	t.Setenv("TWOFOLD_ISSUER", "From the environment")
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "TWOFOLD_") && name != "TWOFOLD_ISSUER" {
			t.Setenv(name, "")
			_ = os.Unsetenv(name)
		}
	}
	if c, err := config.Load(); err != nil || c.Issuer != "From the environment" {
		t.Errorf("got %q, %v", c.Issuer, err)
	}
}
