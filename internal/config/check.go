package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"twofold/internal/usertext"
)

// check returns everything that is wrong with the settings, joined, one sentence each.
func (c *Config) check() error {
	var wrong []error
	wrong = append(wrong, c.checkPublicURL(), c.checkListen(), c.checkIssuer(), c.checkMail(), positive(reflect.ValueOf(*c)))
	if c.Attempts.MaxBackoff < c.Attempts.FirstBackoff {
		wrong = append(wrong, errors.New("TWOFOLD_ATTEMPTS_MAX_WAIT is shorter than TWOFOLD_ATTEMPTS_WAIT: make it longer"))
	}
	if c.Retention.Attempts <= c.Attempts.MaxBackoff { // otherwise a counter is purged during its own backoff
		wrong = append(wrong, errors.New("TWOFOLD_ATTEMPTS_KEPT is not longer than TWOFOLD_ATTEMPTS_MAX_WAIT: make it longer"))
	}
	if c.Keys.SigningLifetime <= c.Keys.SigningLead {
		wrong = append(wrong, errors.New("TWOFOLD_SIGNING_KEY_LIFETIME is not longer than TWOFOLD_SIGNING_KEY_LEAD: make it longer"))
	}
	if c.Keys.SigningKeep <= c.StepUp.Lifetime {
		wrong = append(wrong, errors.New("TWOFOLD_SIGNING_KEY_KEEP is not longer than TWOFOLD_STEP_UP_LIFETIME: make it longer, so that no token outlives its key"))
	}
	if c.Passwords.HashSlots < 0 {
		wrong = append(wrong, errors.New("TWOFOLD_HASH_SLOTS is negative: use 0 for one per processor"))
	}
	if p := c.MFA.Policy; p != "optional" && p != "required" {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_MFA_POLICY is %q: use optional or required", p))
	}
	if f := c.LogFormat; f != "auto" && f != "text" && f != "json" {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_LOG_FORMAT is %q: use auto, text or json", f))
	}
	if !c.MFA.RequiredFrom.IsZero() && !c.MFA.Required() {
		wrong = append(wrong, errors.New("TWOFOLD_MFA_REQUIRED_FROM is set, but TWOFOLD_MFA_POLICY is not required: set it too, or remove the date"))
	}
	if c.HTTP.Drain < 0 {
		wrong = append(wrong, errors.New("TWOFOLD_DRAIN is negative: use 0 to stop at once"))
	}
	if c.Removal.Delay < 0 {
		wrong = append(wrong, errors.New("TWOFOLD_REMOVAL_DELAY is negative: use 0 to turn removals off"))
	}
	return errors.Join(wrong...)
}

// checkPublicURL accepts an origin: scheme and host, without a path. Plain http is accepted for this machine only,
// because cookies could be read in transit.
func (c *Config) checkPublicURL() error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("TWOFOLD_PUBLIC_URL is %q: set it to the address that users open, such as https://account.example.com", c.PublicURL)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("TWOFOLD_PUBLIC_URL is %q: give scheme and host only, without a path", c.PublicURL)
	}
	if u.Scheme == "http" && !isLocal(u.Hostname()) {
		return fmt.Errorf("TWOFOLD_PUBLIC_URL is %q: plain http is for localhost only, use https", c.PublicURL)
	}
	if u.Hostname() == "" || strings.ContainsFunc(u.Host, func(r rune) bool { return r == '*' || r > unicode.MaxASCII }) {
		return fmt.Errorf("TWOFOLD_PUBLIC_URL is %q: give one host, in ASCII (xn--… for others)", c.PublicURL)
	}
	c.publicBase = url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	if usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]; u.Port() == usual {
		c.publicBase.Host = strings.TrimSuffix(c.publicBase.Host, ":"+usual) // browsers omit the default port
	}
	c.PublicURL = c.publicBase.String()
	return nil
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}

// checkIssuer rejects names that would break the label of a key URI.
func (c *Config) checkIssuer() error {
	c.Issuer = strings.TrimSpace(c.Issuer)
	bad := func(r rune) bool { return r == ':' || !unicode.IsPrint(r) }
	if usertext.IsBlank(c.Issuer) || !utf8.ValidString(c.Issuer) || strings.ContainsFunc(c.Issuer, bad) || len(c.Issuer) > 64 {
		return fmt.Errorf("TWOFOLD_ISSUER is %q: give a short name without a colon, as authenticator apps will show it", c.Issuer)
	}
	return nil
}

// positive rejects every duration and number that is not above zero, except those with the tag zero:"allowed", where 0 has
// a meaning.
func positive(v reflect.Value) error {
	var wrong []error
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if !field.IsExported() || field.Tag.Get("zero") == "allowed" || field.Name == "LogLevel" {
			continue
		}
		name := field.Tag.Get("env")
		switch {
		case value.Type() == reflect.TypeFor[Date]():
		case value.Kind() == reflect.Struct:
			wrong = append(wrong, positive(value))
		case value.CanInt() && value.Int() <= 0, value.CanUint() && value.Uint() == 0:
			example := any(field.Tag.Get("envDefault"))
			kind := "a number"
			if value.Type() == reflect.TypeFor[time.Duration]() {
				kind = "a duration"
			}
			wrong = append(wrong, fmt.Errorf("%s must be %s above zero, as in %v", name, kind, example))
		}
	}
	return errors.Join(wrong...)
}
