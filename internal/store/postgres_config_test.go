package store

import (
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A password with any character works percent-encoded. Without that it works too, or the error says what to do. It never becomes a
// part of a name that errors contain.
func TestPostgresConfig_SpecialCharactersInPasswords(t *testing.T) {
	t.Parallel()
	characters := []string{"ü", "é", "日", "@@", "/@", "?@", "#/", "%zz", "%41"}
	for c := ' '; c <= '~'; c++ {
		characters = append(characters, string(c))
	}
	for _, c := range characters {
		for _, password := range []string{"canary" + c + "s3cret", "12" + c + "s3cret", c + "s3cret", "s3cret" + c} {
			encoded := url.URL{Scheme: "postgres", User: url.UserPassword("ada", password), Host: "db", Path: "/twofold"}
			config, err := postgresConfig(encoded.String())
			if err != nil || config.Password != password || config.Host != "db" || config.Database != "twofold" || config.User != "ada" {
				t.Errorf("percent-encoded %q: got %+v, %v", password, config, err)
			}
			config, err = postgresConfig("postgres://ada:" + password + "@db/twofold")
			switch {
			case err == nil && (config.Host != "db" || config.Port != 5432 || config.Database != "twofold" || config.User != "ada" || len(config.Fallbacks) > 1):
				t.Errorf("%q: a part of the password became host %q or database %q", password, config.Host, config.Database)
			case err != nil && (!errors.Is(err, ErrURL) || !strings.Contains(err.Error(), "percent-encode") || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("%q: got %v, want ErrURL with advice and without the password", password, err)
			}
		}
	}
}

func TestPostgresConfig_SeveralHosts(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"postgres://ada:pw@db1,db2/twofold?target_session_attrs=primary", "postgres://ada@db1:5433,db2:5434/twofold", "postgres://db1,db2/twofold",
		"postgresql:///twofold?host=db1,db2", "postgres://ada@[::1],db2/twofold", "postgres:///twofold?host=/run/postgresql",
	} {
		if _, err := postgresConfig(at); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestPostgresConfig_ParametersOfEachConnection(t *testing.T) {
	t.Parallel()
	ours := map[string]string{"application_name": "twofold", statementTimeout: "10000", idleTimeout: "20000"}
	with := func(parameters map[string]string) map[string]string {
		all := maps.Clone(ours)
		maps.Copy(all, parameters)
		return all
	}
	without := func(name string, parameters map[string]string) map[string]string {
		all := with(parameters)
		delete(all, name)
		return all
	}
	migrates := map[string]string{"application_name": "twofold migrate"}
	for query, c := range map[string]struct{ serves, migrates map[string]string }{
		"":                                    {ours, migrates},
		"search_path=auth&timezone=UTC":       {with(map[string]string{"search_path": "auth", "timezone": "UTC"}), map[string]string{"search_path": "auth", "timezone": "UTC", "application_name": "twofold migrate"}},
		"application_name=x":                  {with(map[string]string{"application_name": "x"}), map[string]string{"application_name": "x"}},
		"statement_timeout=5":                 {with(map[string]string{statementTimeout: "5"}), migrates},
		"Statement_Timeout=5":                 {without(statementTimeout, map[string]string{"Statement_Timeout": "5"}), migrates},
		"options=-c%20statement_timeout%3D5s": {without(statementTimeout, map[string]string{"options": "-c statement_timeout=5s"}), map[string]string{"options": "-c statement_timeout=5s", "application_name": "twofold migrate"}},
		"options=--statement-timeout%3D5s":    {without(statementTimeout, map[string]string{"options": "--statement-timeout=5s"}), map[string]string{"options": "--statement-timeout=5s", "application_name": "twofold migrate"}},
		"default_query_exec_mode=exec&sslmode=disable": {ours, migrates},
	} {
		config, err := postgresConfig("postgres://ada@db/twofold?" + query)
		must(t, err)
		if diff := cmp.Diff(c.serves, withDefaults(config, sessionSettings).RuntimeParams); diff != "" {
			t.Errorf("%q: - want, + of a connection that serves:\n%s", query, diff)
		}
		if diff := cmp.Diff(c.migrates, migrationConfig(config).RuntimeParams); diff != "" {
			t.Errorf("%q: - want, + of a connection that migrates:\n%s", query, diff)
		}
	}
}
