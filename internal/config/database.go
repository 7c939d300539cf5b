package config

import (
	"net/url"
	"strings"
)

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
