package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twofold/internal/config"
)

// written creates a file with a text and returns its path.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFromMap_FileVariables(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{"", "\n", "\r\n"} {
		c, err := config.FromMap(env{
			"TWOFOLD_DATABASE_URL_FILE": written(t, "sqlite:/from/a file"+ending),
			"TWOFOLD_SMTP_URL_FILE":     written(t, "smtp://user:canary@mail.example.com"+ending),
		})
		if err != nil {
			t.Fatal(err)
		}
		server, err := c.Mail.Server()
		if c.DatabaseURL != "sqlite:/from/a file" || err != nil || server.Password.Reveal() != "canary" {
			t.Errorf("ending %q: got %q, %+v, %v", ending, c.DatabaseURL, server, err)
		}
	}
}

func TestFromMap_FileWithByteOrderMark(t *testing.T) {
	t.Parallel()
	c, err := config.FromMap(env{"TWOFOLD_DATABASE_URL_FILE": written(t, "\ufeffsqlite:/from/a file\r\n")})
	if err != nil || c.DatabaseURL != "sqlite:/from/a file" {
		t.Errorf("got %q, %v", c.DatabaseURL, err)
	}
	_, err = config.FromMap(env{"TWOFOLD_DATABASE_URL_FILE": written(t, "\xfe\xff\x00s\x00q\x00l")})
	if err == nil || !strings.Contains(err.Error(), "save it as UTF-8") {
		t.Errorf("UTF-16: got %v", err)
	}
}

func TestFromMap_InvalidFiles(t *testing.T) {
	t.Parallel()
	for kind, path := range map[string]string{
		"missing":   filepath.Join(t.TempDir(), "missing"),
		"directory": t.TempDir(),
		"empty":     written(t, ""),
		"blank":     written(t, " \n"),
		"two lines": written(t, "smtp://user:canary@mail.example.com\nsmtp://x\n"),
		"binary":    written(t, "canary\x00"),
		"UTF-16":    written(t, "\xff\xfes\x00q\x00l\x00"),
	} {
		for _, name := range []string{"TWOFOLD_DATABASE_URL_FILE", "TWOFOLD_SMTP_URL_FILE"} {
			refusedByName(t, name, path)
			if _, err := config.FromMap(env{name: path}); err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %s: the error discloses the content: %v", name, kind, err)
			}
		}
	}
}

func TestFromMap_SettingAndFileConflict(t *testing.T) {
	t.Parallel()
	file := written(t, "smtp://user:canary@mail.example.com")
	_, err := config.FromMap(env{"TWOFOLD_SMTP_URL": "smtp://mail.example.com", "TWOFOLD_SMTP_URL_FILE": file})
	if err == nil || !strings.Contains(err.Error(), "TWOFOLD_SMTP_URL and TWOFOLD_SMTP_URL_FILE are both set") {
		t.Errorf("got %v", err)
	}
	if _, err := config.FromMap(env{"TWOFOLD_SMTP_URL": "", "TWOFOLD_SMTP_URL_FILE": file}); err != nil {
		t.Errorf("setting empty, file set: %v", err)
	}
}

func TestRedactedDatabaseURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"sqlite:./data/100% of #1?.db":                           "sqlite:./data/100% of #1?.db",
		"postgres://twofold:canary@db:5432/twofold?sslmode=full": "postgres://db:5432/twofold",
		"postgres://db/twofold?user=x&password=canary":           "postgres://db/twofold",
		"postgres://twofold:p@canary@db/twofold":                 "postgres://db/twofold",
		"postgres://twofold:12/canary@db/twofold":                "TWOFOLD_DATABASE_URL",
		"postgres://twofold:12?canary@db/twofold":                "TWOFOLD_DATABASE_URL",
		"postgres://twofold:12#canary@db/twofold":                "TWOFOLD_DATABASE_URL",
		"postgres://two@fold:12/canary@db/twofold":               "TWOFOLD_DATABASE_URL",
		"postgres://twofold:canary@db1,db2/twofold":              "postgres://db1,db2/twofold",
		"postgres://twofold:can%zzary@db/twofold":                "TWOFOLD_DATABASE_URL",
		"user=twofold password=canary":                           "TWOFOLD_DATABASE_URL",
		"canary":                                                 "TWOFOLD_DATABASE_URL",
	} {
		c, err := config.FromMap(env{"TWOFOLD_DATABASE_URL": given})
		if got := c.RedactedDatabaseURL(); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
	}
}
