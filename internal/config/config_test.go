package config_test

import (
	"log/slog"
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

// rules are the parameters of the product: a change of a default has to be made here too, knowingly.
var rules = config.Config{
	Listen: ":8080", OpsListen: "127.0.0.1:9090", PublicURL: "http://localhost:8080", DatabaseURL: "sqlite:./data/twofold.db", Connections: 16,
	MasterKeyFile: "./data/master.key", Issuer: "Twofold", LogLevel: slog.LevelInfo,
	Sessions: config.Sessions{
		AAL1Idle: time.Hour, AAL1Absolute: 24 * time.Hour, AAL2Idle: 30 * time.Minute, AAL2Absolute: 12 * time.Hour, PerAccount: 20,
	},
	SignIns:  config.SignIns{Lifetime: 5 * time.Minute, Tries: 5, Open: 5},
	Devices:  config.Devices{Lifetime: 180 * 24 * time.Hour, PerAccount: 50},
	StepUp:   config.StepUp{Lifetime: 5 * time.Minute},
	Keys:     config.Keys{SigningLifetime: 90 * 24 * time.Hour, SigningLead: 24 * time.Hour, SigningKeep: 24 * time.Hour},
	MFA:      config.MFA{MaxMethods: 5, EnrollmentLifetime: 10 * time.Minute, EnrollmentTries: 5, RecoveryCodes: 10, Policy: "optional", Remind: 14 * 24 * time.Hour},
	Attempts: config.Attempts{Free: 5, Wait: 30 * time.Second, MaxWait: time.Hour, Cap: 100},
	Addresses: config.Addresses{
		FailureLimit: 100, FailureWindow: 15 * time.Minute, SignInLimit: 60, SignInWindow: time.Minute,
	},
	Passwords: config.Passwords{
		ArgonMemoryKiB: 19 * 1024, ArgonTime: 2, ArgonParallelism: 1, HashSlots: 0, HashQueue: 32, HashWait: 2 * time.Second,
	},
	Mail: config.Mail{
		Timeout: 30 * time.Second, NotMeLifetime: 7 * 24 * time.Hour, ResetLifetime: 30 * time.Minute, ResetMails: 3, AddressMails: 10, NewDeviceMails: 5,
		AddressLifetime: 24 * time.Hour,
	},
	Removal: config.Removal{
		Delay: 72 * time.Hour, Pause: 30 * 24 * time.Hour, Remind: 24 * time.Hour, TickMax: time.Hour, LinkLifetime: 7 * 24 * time.Hour,
	},
	Retention: config.Retention{
		Over: 24 * time.Hour, Attempts: 90 * 24 * time.Hour, Mails: 30 * 24 * time.Hour, Activity: 400 * 24 * time.Hour,
		PurgeEvery: 5 * time.Minute, PurgeBatch: 500, PurgeRest: 20 * time.Millisecond,
	},
	HTTP: config.HTTP{
		MaxBody: 16 << 10, MaxHeaders: 16 << 10, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 20 * time.Second, IdleTimeout: time.Minute, ShutdownTimeout: 15 * time.Second,
	},
}

var exported = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "publicBase"
}, cmp.Ignore())

var prefixes = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestFromMap_Defaults(t *testing.T) {
	t.Parallel()
	got, err := config.FromMap(env{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rules, got, exported, prefixes); diff != "" {
		t.Errorf("- rule, + default:\n%s", diff)
	}
}

// settings lists the names of all settings.
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
			t.Errorf("%s is set by %s, want TWOFOLD_ and capitals", f.Name, name)
		}
		if seen[name] {
			t.Errorf("%s sets two things", name)
		}
		seen[name] = true
	}
}

func TestFromMap_EverySettingIsRead(t *testing.T) {
	t.Parallel()
	others := env{
		"TWOFOLD_LISTEN": "127.0.0.1:0", "TWOFOLD_OPS_LISTEN": "127.0.0.1:0", "TWOFOLD_PUBLIC_URL": "https://account.example.com", "TWOFOLD_DATABASE_URL": "sqlite:/x",
		"TWOFOLD_MASTER_KEY_FILE": "/x", "TWOFOLD_ISSUER": "Example & Söhne", "TWOFOLD_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8",
		"TWOFOLD_LOG_LEVEL": "debug", "TWOFOLD_ATTEMPTS_MAX_WAIT": "7h", "TWOFOLD_ATTEMPTS_KEPT": "7h", "TWOFOLD_SIGNING_KEY_LIFETIME": "720h",
		"TWOFOLD_SMTP_URL": "smtp://mail.example.com", "TWOFOLD_MAIL_FROM": "account@example.com",
		"TWOFOLD_DATABASE_URL_FILE": written(t, "sqlite:/x"), "TWOFOLD_SMTP_URL_FILE": written(t, "smtp://mail.example.com"),
		"TWOFOLD_MFA_POLICY": "required", "TWOFOLD_MFA_REQUIRED_FROM": "2027-01-31",
	}
	beside := env{"TWOFOLD_MFA_REQUIRED_FROM": "TWOFOLD_MFA_POLICY"} // that makes no sense without
	defaults, err := config.FromMap(env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range settings(t, reflect.TypeFor[config.Config]()) {
		name := f.Tag.Get("env")
		value, given := others[name]
		if !given {
			value = "7"
			if f.Type == reflect.TypeFor[time.Duration]() {
				value = "7m"
			}
		}
		got, err := config.FromMap(env{name: value, beside[name]: others[beside[name]]})
		if err != nil {
			t.Errorf("%s=%s: %v", name, value, err)
		}
		if cmp.Equal(defaults, got, exported, prefixes) {
			t.Errorf("%s=%s changed nothing", name, value)
		}
	}
}

func TestFromMap_TrustedProxies(t *testing.T) {
	t.Parallel()
	c, err := config.FromMap(env{"TWOFOLD_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8,192.0.2.1/32"})
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("192.0.2.1/32")}
	if err != nil || !slices.Equal(c.TrustedProxies, want) {
		t.Errorf("got %v, %v, want %v", c.TrustedProxies, err, want)
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
		t.Errorf("%v are settings and called unknown", got)
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
