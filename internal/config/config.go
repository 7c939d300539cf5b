// Package config reads the settings from TWOFOLD_ environment variables once, at start, and checks them. [Load] reads
// the process environment; its error names every setting that is wrong and a value that would be right.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"twofold/internal/secret"
)

// Config holds every setting. Durations are written 30s, 5m or 12h; sizes are in bytes unless the name says otherwise.
// The file that a …URLFile setting names has been read into its URL.
type Config struct {
	Listen           string         `env:"TWOFOLD_LISTEN" envDefault:":8080"`
	OpsListen        string         `env:"TWOFOLD_OPS_LISTEN" envDefault:"127.0.0.1:9090"` // empty: off
	SocketMode       FileMode       `env:"TWOFOLD_SOCKET_MODE" envDefault:"0660"`          // of a Unix domain socket
	PublicURL        string         `env:"TWOFOLD_PUBLIC_URL" envDefault:"http://localhost:8080"`
	DatabaseURL      string         `env:"TWOFOLD_DATABASE_URL" envDefault:"sqlite:./data/twofold.db"`
	DatabaseURLFile  string         `env:"TWOFOLD_DATABASE_URL_FILE"`
	Connections      int            `env:"TWOFOLD_DATABASE_CONNECTIONS" envDefault:"16"` // maximum per process, PostgreSQL only
	MasterKeyFile    string         `env:"TWOFOLD_MASTER_KEY_FILE" envDefault:"./data/master.key"`
	RestoreStatePath string         `env:"TWOFOLD_RESTORE_STATE_FILE"` // see Config.RestoreStateFile
	Issuer           string         `env:"TWOFOLD_ISSUER" envDefault:"Twofold"`
	TrustedProxies   []netip.Prefix `env:"TWOFOLD_TRUSTED_PROXIES"`
	LogLevel         slog.Level     `env:"TWOFOLD_LOG_LEVEL" envDefault:"info"`
	LogFormat        string         `env:"TWOFOLD_LOG_FORMAT" envDefault:"auto"`

	Sessions   Sessions
	SignIns    SignIns
	Devices    Devices
	StepUp     StepUp
	Keys       Keys
	MFA        MFA
	Attempts   Attempts
	Addresses  Addresses
	Passwords  Passwords
	Mail       Mail
	Removal    Removal
	Retention  Retention
	HTTP       HTTP
	publicBase url.URL
}

// Sessions limits sessions (stricter than NIST SP 800-63B-4 §2.1.3 and §2.2.3).
type Sessions struct {
	AAL1Idle     time.Duration `env:"TWOFOLD_SESSION_AAL1_IDLE" envDefault:"1h"`
	AAL1Absolute time.Duration `env:"TWOFOLD_SESSION_AAL1_ABSOLUTE" envDefault:"24h"`
	AAL2Idle     time.Duration `env:"TWOFOLD_SESSION_AAL2_IDLE" envDefault:"30m"`
	AAL2Absolute time.Duration `env:"TWOFOLD_SESSION_AAL2_ABSOLUTE" envDefault:"12h"`
	PerAccount   int           `env:"TWOFOLD_SESSIONS_PER_ACCOUNT" envDefault:"20"`
}

// SignIns limits pending sign-ins.
type SignIns struct {
	Lifetime   time.Duration `env:"TWOFOLD_SIGN_IN_LIFETIME" envDefault:"5m"`
	Tries      int           `env:"TWOFOLD_SIGN_IN_TRIES" envDefault:"5"`
	MaxPending int           `env:"TWOFOLD_MAX_PENDING_SIGN_INS" envDefault:"5"`
}

// Devices limits the browsers that an account knows.
type Devices struct {
	Lifetime   time.Duration `env:"TWOFOLD_DEVICE_LIFETIME" envDefault:"4320h"`
	PerAccount int           `env:"TWOFOLD_DEVICES_PER_ACCOUNT" envDefault:"50"`
}

// StepUp limits step-up tokens.
type StepUp struct {
	Lifetime time.Duration `env:"TWOFOLD_STEP_UP_LIFETIME" envDefault:"5m"`
}

// Keys holds how long a signing key is active, and how long it is published before and after that.
type Keys struct {
	SigningLifetime time.Duration `env:"TWOFOLD_SIGNING_KEY_LIFETIME" envDefault:"2160h"`
	SigningLead     time.Duration `env:"TWOFOLD_SIGNING_KEY_LEAD" envDefault:"24h"`
	SigningKeep     time.Duration `env:"TWOFOLD_SIGNING_KEY_KEEP" envDefault:"24h"`
}

// MFA limits methods and enrollments, and holds the policy.
type MFA struct {
	MaxMethods         int           `env:"TWOFOLD_MAX_METHODS" envDefault:"5"`
	EnrollmentLifetime time.Duration `env:"TWOFOLD_ENROLLMENT_LIFETIME" envDefault:"10m"`
	EnrollmentTries    int           `env:"TWOFOLD_ENROLLMENT_TRIES" envDefault:"5"`
	RecoveryCodes      int           `env:"TWOFOLD_RECOVERY_CODES" envDefault:"10"`
	Policy             string        `env:"TWOFOLD_MFA_POLICY" envDefault:"optional"`
	RequiredFrom       Date          `env:"TWOFOLD_MFA_REQUIRED_FROM"`
	Remind             time.Duration `env:"TWOFOLD_MFA_REMIND" envDefault:"336h"` // time before RequiredFrom
}

// Required reports whether every account must have MFA, from a date on if one is set.
func (m MFA) Required() bool { return m.Policy == "required" }

// Date is midnight UTC of a day. The zero value means none.
type Date struct{ time.Time }

// UnmarshalText parses a date such as 2027-01-31.
func (d *Date) UnmarshalText(text []byte) (err error) {
	d.Time, err = time.Parse(time.DateOnly, string(text))
	return err
}

// Attempts limits failed attempts per account and kind of credential (NIST SP 800-63B-4 §3.2.2).
type Attempts struct {
	FreeAttempts int           `env:"TWOFOLD_FREE_ATTEMPTS" envDefault:"5"`
	FirstBackoff time.Duration `env:"TWOFOLD_ATTEMPTS_WAIT" envDefault:"30s"`
	MaxBackoff   time.Duration `env:"TWOFOLD_ATTEMPTS_MAX_WAIT" envDefault:"1h"`
	HardLimit    int           `env:"TWOFOLD_ATTEMPT_LIMIT" envDefault:"100"`
}

// Addresses limits requests per network address.
type Addresses struct {
	FailureLimit  int           `env:"TWOFOLD_IP_FAILURE_LIMIT" envDefault:"100"`
	FailureWindow time.Duration `env:"TWOFOLD_IP_FAILURE_WINDOW" envDefault:"15m"`
	SignInLimit   int           `env:"TWOFOLD_IP_SIGN_IN_LIMIT" envDefault:"60"`
	SignInWindow  time.Duration `env:"TWOFOLD_IP_SIGN_IN_WINDOW" envDefault:"1m"`
}

// Passwords sets the cost of a password hash and the number of concurrent hashes. HashSlots 0 means one per processor.
type Passwords struct {
	ArgonMemoryKiB   uint32        `env:"TWOFOLD_ARGON2_MEMORY_KIB" envDefault:"19456"`
	ArgonTime        uint32        `env:"TWOFOLD_ARGON2_TIME" envDefault:"2"`
	ArgonParallelism uint8         `env:"TWOFOLD_ARGON2_PARALLELISM" envDefault:"1"`
	HashSlots        int           `env:"TWOFOLD_HASH_SLOTS" envDefault:"0" zero:"allowed"`
	HashQueue        int           `env:"TWOFOLD_HASH_QUEUE" envDefault:"32"`
	HashWait         time.Duration `env:"TWOFOLD_HASH_WAIT" envDefault:"2s"`
}

// Mail configures how notices are sent.
type Mail struct {
	SMTPURL         secret.Text   `env:"TWOFOLD_SMTP_URL"`
	SMTPURLFile     string        `env:"TWOFOLD_SMTP_URL_FILE"`
	EHLO            string        `env:"TWOFOLD_SMTP_EHLO"` // see Config.EHLOName
	CAFile          string        `env:"TWOFOLD_SMTP_CA_FILE"`
	From            string        `env:"TWOFOLD_MAIL_FROM"`
	Timeout         time.Duration `env:"TWOFOLD_SMTP_TIMEOUT" envDefault:"30s"`
	Support         string        `env:"TWOFOLD_SUPPORT"`
	NotMeLifetime   time.Duration `env:"TWOFOLD_NOT_ME_LIFETIME" envDefault:"168h"`
	ResetLifetime   time.Duration `env:"TWOFOLD_RESET_LIFETIME" envDefault:"30m"`
	ResetMails      int           `env:"TWOFOLD_RESET_MAILS" envDefault:"3"`      // per account per hour
	AddressMails    int           `env:"TWOFOLD_ADDRESS_MAILS" envDefault:"10"`   // likewise
	NewDeviceMails  int           `env:"TWOFOLD_NEW_DEVICE_MAILS" envDefault:"5"` // likewise
	AddressLifetime time.Duration `env:"TWOFOLD_ADDRESS_LIFETIME" envDefault:"24h"`
	InviteLifetime  time.Duration `env:"TWOFOLD_INVITATION_LIFETIME" envDefault:"168h"`
}

// Removal configures the delayed removal of MFA for users who lost every factor: docs/lost-everything.md. Delay 0 turns
// it off.
type Removal struct {
	Delay        time.Duration `env:"TWOFOLD_REMOVAL_DELAY" envDefault:"72h" zero:"allowed"`
	Cooldown     time.Duration `env:"TWOFOLD_REMOVAL_COOLDOWN" envDefault:"720h"`
	Remind       time.Duration `env:"TWOFOLD_REMOVAL_REMIND" envDefault:"24h"`
	TickMax      time.Duration `env:"TWOFOLD_REMOVAL_TICK_MAX" envDefault:"1h"`
	LinkLifetime time.Duration `env:"TWOFOLD_REMOVAL_LINK_LIFETIME" envDefault:"168h"`
}

// Retention holds how long expired data is kept and how it is purged: docs/operate.md, "What is kept, and how long".
type Retention struct {
	ExpiredGrace time.Duration `env:"TWOFOLD_EXPIRED_KEPT" envDefault:"24h"`
	Attempts     time.Duration `env:"TWOFOLD_ATTEMPTS_KEPT" envDefault:"2160h"`
	Mails        time.Duration `env:"TWOFOLD_MAILS_KEPT" envDefault:"720h"`
	Activity     time.Duration `env:"TWOFOLD_ACTIVITY_KEPT" envDefault:"9600h"`
	PurgeEvery   time.Duration `env:"TWOFOLD_PURGE_EVERY" envDefault:"5m"`
	PurgeBatch   int           `env:"TWOFOLD_PURGE_BATCH" envDefault:"500"`
	BatchPause   time.Duration `env:"TWOFOLD_PURGE_REST" envDefault:"20ms"`
}

// HTTP limits requests. After the signal to stop, the server keeps serving for Drain, so that proxies can notice.
type HTTP struct {
	MaxBody           int64         `env:"TWOFOLD_MAX_BODY" envDefault:"16384"`
	MaxHeaders        int           `env:"TWOFOLD_MAX_HEADERS" envDefault:"16384"`
	ReadHeaderTimeout time.Duration `env:"TWOFOLD_READ_HEADER_TIMEOUT" envDefault:"5s"`
	ReadTimeout       time.Duration `env:"TWOFOLD_READ_TIMEOUT" envDefault:"10s"`
	WriteTimeout      time.Duration `env:"TWOFOLD_WRITE_TIMEOUT" envDefault:"20s"`
	IdleTimeout       time.Duration `env:"TWOFOLD_IDLE_TIMEOUT" envDefault:"60s"`
	Drain             time.Duration `env:"TWOFOLD_DRAIN" envDefault:"0s" zero:"allowed"`
	ShutdownTimeout   time.Duration `env:"TWOFOLD_SHUTDOWN_TIMEOUT" envDefault:"15s"`
}

// Load reads and checks the process environment. Its error names every invalid setting and a value that would be valid.
func Load() (Config, error) { return Parse(os.Environ()) }

// Parse reads and checks settings from NAME=value pairs in the form of os.Environ.
func Parse(environ []string) (Config, error) { return FromMap(env.ToMap(environ)) }

// parsers parse the types that the library does not know.
var parsers = map[reflect.Type]env.ParserFunc{
	reflect.TypeFor[secret.Text]():    func(value string) (any, error) { return secret.New(value), nil },
	reflect.TypeFor[[]netip.Prefix](): parsePrefixes,
}

// parsePrefixes parses a list of networks, with spaces and empty elements.
func parsePrefixes(value string) (any, error) {
	var prefixes []netip.Prefix
	for element := range strings.SplitSeq(value, ",") {
		if element = strings.TrimSpace(element); element == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(element)
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}

// FromMap reads and checks settings from a map.
func FromMap(environment map[string]string) (Config, error) {
	environment, err := withFiles(environment)
	if err != nil {
		return Config{}, err
	}
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Environment: environment, FuncMap: parsers}); err != nil {
		return Config{}, unreadable(environment, err)
	}
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// unreadable names the settings that could not be parsed, by parsing each alone, because the library's error names the
// fields of this struct.
func unreadable(environment map[string]string, cause error) error {
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		return err
	}
	var wrong []error
	for _, p := range params {
		alone := map[string]string{p.Key: environment[p.Key]}
		var parse env.ParseError
		if err := env.ParseWithOptions(&Config{}, env.Options{Environment: alone, FuncMap: parsers}); errors.As(err, &parse) {
			example := p.DefaultValue
			switch {
			case p.Key == "TWOFOLD_MFA_REQUIRED_FROM":
				example = "2027-01-31"
			case example == "":
				example = "10.0.0.0/8,fd00::/8"
			}
			wrong = append(wrong, fmt.Errorf("%s cannot be read: write it as in %s", p.Key, example))
		}
	}
	if len(wrong) == 0 {
		return fmt.Errorf("read settings: %w", cause)
	}
	return errors.Join(wrong...)
}

// Unknown returns the TWOFOLD_ variables of an environment (os.Environ) that this version does not have, mostly typos.
func Unknown(environ []string) []string {
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		return nil
	}
	known := make(map[string]bool, len(params))
	for _, p := range params {
		known[p.Key] = true
	}
	var unknown []string
	for name := range env.ToMap(environ) {
		if strings.HasPrefix(name, "TWOFOLD_") && !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// Secure reports whether the public URL is https. Cookies are marked Secure accordingly.
func (c Config) Secure() bool { return c.publicBase.Scheme == "https" }
