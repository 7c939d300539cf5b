package config

import (
	"net/url"
	"strings"
)

// Epochs is the file in which this machine notes how far the database has come; empty for none. It belongs beside an SQLite
// file, but not into what is backed up with it.
func (c Config) Epochs() string {
	switch file, sqlite := strings.CutPrefix(c.DatabaseURL, "sqlite:"); {
	case c.EpochFile == "off" || c.EpochFile == "" && !sqlite:
		return ""
	case c.EpochFile == "":
		return strings.TrimPrefix(file, "//") + ".epoch"
	}
	return c.EpochFile
}

// Database is where the database is, to be read by people: without user, password and options.
func (c Config) Database() string {
	if strings.HasPrefix(c.DatabaseURL, "sqlite:") {
		return c.DatabaseURL
	}
	u, err := url.Parse(c.DatabaseURL)
	if err != nil || u.Host == "" {
		return "TWOFOLD_DATABASE_URL"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
