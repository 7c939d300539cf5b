package store

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// sessionSettings are set on every connection but those of migrations, unless the URL sets them. No statement takes as long as
// the timeouts, and the client of a request that waits longer has given up. They are startup parameters, which a connection pooler
// rejects unless it is configured to ignore them (docs/install.md), so do not add others.
var sessionSettings = map[string]string{
	"application_name": "twofold",
	statementTimeout:   "10000", // ms
	idleTimeout:        "20000", // ms
}

const (
	statementTimeout = "statement_timeout"
	idleTimeout      = "idle_in_transaction_session_timeout"
)

// postgresConfig parses a URL. It returns ErrURL instead of the driver's error, which may contain the password.
func postgresConfig(databaseURL string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil || hasBareAt(databaseURL) {
		return nil, fmt.Errorf("%w. In user and password, percent-encode every character that is not a letter or a digit: "+
			"@ is %%40, / is %%2F, # is %%23, ? is %%3F, %% is %%25. Parameters after ? must have a value that PostgreSQL's clients know", ErrURL)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	return config, nil
}

// hasBareAt reports whether a URL contains an @ besides the one before the hosts. The driver would take what precedes it,
// which is a part of the password, for the name of a host or of the database, and errors contain these names.
func hasBareAt(databaseURL string) bool {
	_, rest, _ := strings.Cut(databaseURL, "://")
	authority, _, _ := strings.Cut(rest, "/")
	return strings.Count(rest, "@") > min(strings.Count(authority, "@"), 1)
}

// withDefaults returns a copy of a configuration with the session parameters that its URL does not set.
func withDefaults(config *pgx.ConnConfig, defaults map[string]string) *pgx.ConnConfig {
	config = config.Copy()
	for name, value := range defaults {
		if !setsParameter(config, name) {
			config.RuntimeParams[name] = value
		}
	}
	return config
}

// setsParameter reports whether a URL sets a session parameter, by its name or within "options", as in
// options=-c statement_timeout=5s. PostgreSQL would let a parameter by name override the options.
func setsParameter(config *pgx.ConnConfig, name string) bool {
	for given, value := range config.RuntimeParams {
		given, value = strings.ToLower(given), strings.ToLower(value)
		if given == name && value != "" || given == "options" && strings.Contains(strings.ReplaceAll(value, "-", "_"), name+"=") {
			return true
		}
	}
	return false
}

// migrationConfig returns the configuration of connections that migrate: with all parameters of the URL except the time limits.
func migrationConfig(config *pgx.ConnConfig) *pgx.ConnConfig {
	config = withDefaults(config, map[string]string{"application_name": "twofold migrate"})
	maps.DeleteFunc(config.RuntimeParams, func(name, _ string) bool {
		return strings.EqualFold(name, statementTimeout) || strings.EqualFold(name, idleTimeout)
	})
	return config
}
