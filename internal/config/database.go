package config

import (
	"net/url"
	"strings"
)

// RestoreStateFile returns the path of the file that records how far the database has advanced, or "" for none. It lies
// beside an SQLite file and must not be part of its backup.
func (c Config) RestoreStateFile() string {
	switch file, sqlite := strings.CutPrefix(c.DatabaseURL, "sqlite:"); {
	case c.RestoreStatePath == "off" || c.RestoreStatePath == "" && !sqlite:
		return ""
	case c.RestoreStatePath == "":
		return strings.TrimPrefix(file, "//") + ".epoch"
	}
	return c.RestoreStatePath
}

// RedactedDatabaseURL returns the database's URL without user, password and parameters, for messages.
func (c Config) RedactedDatabaseURL() string {
	if strings.HasPrefix(c.DatabaseURL, "sqlite:") {
		return c.DatabaseURL
	}
	u, err := url.Parse(c.DatabaseURL)
	if err != nil || u.Host == "" || strings.Contains(u.Path, "@") || (u.User == nil && strings.Contains(c.DatabaseURL, "@")) {
		return "TWOFOLD_DATABASE_URL" // the URL may have a part of the password in a wrong place
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
