package doctor_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/internal/doctor"
	"twofold/internal/test/apptest"
)

// installation is the data of a server that was started once, and a doctor that checks it.
type installation struct {
	t      *testing.T
	dir    string
	doctor doctor.Doctor
}

func newInstallation(t *testing.T, settings ...string) *installation {
	t.Helper()
	clock, dir := apptest.NewClock(), t.TempDir()
	h := apptest.StartIn(t, dir, clock, "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db"))
	h.Stop()
	p := &installation{t: t, dir: h.Dir}
	for _, name := range []string{"twofold.db", "twofold.db-wal"} { // modified at the time of the test's clock
		if err := os.Chtimes(filepath.Join(h.Dir, name), clock.Now(), clock.Now()); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	p.doctor = doctor.Doctor{Now: clock.Now, Environ: append([]string{
		"TWOFOLD_DATABASE_URL=sqlite:" + p.path("twofold.db"), "TWOFOLD_MASTER_KEY_FILE=" + p.path("master.key"), "TWOFOLD_LISTEN=127.0.0.1:0", "TWOFOLD_OPS_LISTEN=127.0.0.1:0",
	}, settings...)}
	return p
}

func (p *installation) path(name string) string { return filepath.Join(p.dir, name) }

// sql executes a statement in the database directly.
func (p *installation) sql(statement string) {
	p.t.Helper()
	db, err := sql.Open("sqlite", p.path("twofold.db"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(statement); err != nil {
		p.t.Fatal(err)
	}
}

// reports checks that the doctor has a finding about a subject with this state and a message that contains word.
func (p *installation) reports(about string, state doctor.State, word string) {
	p.t.Helper()
	var all []string
	found := false
	failed := p.doctor.Run(context.Background(), func(f doctor.Finding) {
		all = append(all, fmt.Sprint(f))
		found = found || f.Subject == about && f.State == state && strings.Contains(f.Message, word)
	})
	if !found || (failed > 0) != (state == doctor.Failed) {
		p.t.Errorf("want %s %s … %s, got %d failed checks:\n%s", state, about, word, failed, strings.Join(all, "\n"))
	}
	if strings.Count(strings.Join(all, "\n"), "\n") != len(all)-1 {
		p.t.Errorf("a finding is not one line:\n%s", strings.Join(all, "\n"))
	}
	if strings.Contains(strings.Join(all, "\n"), "canary") {
		p.t.Errorf("a finding discloses a secret:\n%s", strings.Join(all, "\n"))
	}
}

func TestRun_HealthyInstallation(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	for _, about := range []string{"settings", "proxies", "listen", "memory", "database", "writing", "file mode", "restored", "commits", "space", "clock", "master key", "signing keys"} {
		p.reports(about, doctor.OK, "")
	}
}

func TestRun_ChangesNothing(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	before := p.files()
	p.reports("database", doctor.OK, "")
	p.sql("SELECT 1")
	for name, text := range p.files() {
		if before[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
	if after := p.files(); len(after) != len(before) {
		t.Errorf("there were %d files before, and %d after", len(before), len(after))
	}
}

// files returns the contents of the directory, without SQLite's shared memory, which every first reader recreates.
func (p *installation) files() map[string]string {
	contents := make(map[string]string)
	err := fs.WalkDir(os.DirFS(p.dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "-shm") || strings.HasSuffix(path, "-wal") && size(entry) == 0 {
			return err
		}
		text, err := os.ReadFile(p.path(path))
		contents[path] = string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return contents
}

func size(entry fs.DirEntry) int64 {
	info, err := entry.Info()
	if err != nil {
		return 0
	}
	return info.Size()
}

func TestRun_MissingDatabase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := newInstallation(t, "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db"), "TWOFOLD_MASTER_KEY_FILE="+filepath.Join(dir, "master.key"))
	p.reports("database", doctor.Warning, "does not exist yet")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s: %v", dir, err)
	}
}

func TestRun_SameAddress(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	for id, email := range map[string]string{"one": "ada@b\u00fccher.example", "two": "ada@xn--bcher-kva.example", "three": "z\u00fcrich@example.com"} {
		p.sql("INSERT INTO accounts (id, email, password_hash, password_changed_at, created_at) VALUES ('" + id + "', '" + email + "', '', 0, 0)")
	}
	p.reports("accounts", doctor.Failed, "ada@b\u00fccher.example and ada@xn--bcher-kva.example are the same address")
}

func TestRun_SchemaVersion(t *testing.T) {
	t.Parallel()
	older := newInstallation(t)
	older.sql("UPDATE goose_db_version SET version_id = 5 WHERE version_id > 5")
	older.reports("database", doctor.Warning, "schema is at 5 of")
	newer := newInstallation(t)
	newer.sql("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	newer.reports("database", doctor.Failed, "newer version (schema 99999")
}

func TestRun_FileIsNoDatabase(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	if err := os.WriteFile(p.path("twofold.db"), []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.reports("database", doctor.Failed, "")
}

func TestRun_JournalModeChanged(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	p.sql("PRAGMA journal_mode = DELETE")
	p.reports("commits", doctor.Warning, "delete, but should be wal")
}

func TestRun_ClockBehind(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	now := p.doctor.Now().Add(-time.Minute)
	p.doctor.Now = func() time.Time { return now }
	p.reports("clock", doctor.Warning, "1m0s ahead")
	p.reports("signing keys", doctor.Warning, "1m0s ahead")
}

func TestRun_SigningKeyOverdue(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		age      time.Duration
		settings []string
		state    doctor.State
		word     string
	}{
		"within the lead of its successor": {91 * day, nil, doctor.OK, "91 days old"},
		"no server has run since":          {91*day + time.Minute, nil, doctor.Warning, "Start twofold serve"},
		"lifetime was shortened":           {12 * day, []string{"TWOFOLD_SIGNING_KEY_LIFETIME=240h"}, doctor.Warning, "after 10"},
		"successor is pending":             {100 * day, nil, doctor.OK, "2 keys; the active one is 100 days old"},
		"longer lifetime":                  {100 * day, []string{"TWOFOLD_SIGNING_KEY_LIFETIME=4800h"}, doctor.OK, "100 days old"},
		"longer lead":                      {92 * day, []string{"TWOFOLD_SIGNING_KEY_LEAD=72h"}, doctor.OK, "92 days old"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newInstallation(t, c.settings...)
			later := p.doctor.Now().Add(c.age)
			if strings.Contains(name, "pending") {
				p.sql(fmt.Sprintf("INSERT INTO signing_keys (kid, sealed, created_at, begins_at) SELECT 'next', sealed, 0, %d FROM signing_keys", later.Add(day).UnixMicro()))
			}
			p.doctor.Now = func() time.Time { return later }
			p.reports("signing keys", c.state, c.word)
		})
	}
}

func TestRun_WrongMasterKey(t *testing.T) {
	t.Parallel()
	other := newInstallation(t)
	for about, c := range map[string]struct {
		key   string
		state doctor.State
		word  string
	}{
		"of another database": {other.path("master.key"), doctor.Failed, "does not fit this database"},
		"missing":             {other.path("no.key"), doctor.Failed, "no other key can decrypt"},
		"not a key":           {other.path("twofold.db"), doctor.Failed, "32 random bytes"},
		"not a file":          {other.dir, doctor.Failed, "read master key"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			newInstallation(t, "TWOFOLD_MASTER_KEY_FILE="+c.key).reports("master key", c.state, c.word)
		})
	}
}

func TestRun_MasterKeyReadableByOthers(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	if err := os.Chmod(p.path("master.key"), 0o640); err != nil {
		t.Fatal(err)
	}
	p.reports("master key", doctor.Warning, "chmod 600")
	p.reports("master key", doctor.OK, "decrypts")
}

// cp creates its copy with the mode that the umask permits, and SQLite gives that mode to the write-ahead log.
func TestRun_DatabaseReadableByOthers(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	if err := os.Chmod(p.path("twofold.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"twofold.db", "twofold.db-wal"} {
		p.reports("file mode", doctor.Warning, "chmod 600 "+p.path(name))
	}
}

func TestRun_InvalidSettings(t *testing.T) {
	t.Parallel()
	newInstallation(t, "TWOFOLD_SMTP_URI=smtp://user:canary@mail").reports("settings", doctor.Warning, "TWOFOLD_SMTP_URI")
	newInstallation(t, "TWOFOLD_SMTP_URL=smtp://user:canary/@mail").reports("settings", doctor.Failed, "TWOFOLD_SMTP_URL")
	newInstallation(t, "TWOFOLD_DATABASE_URL=postgres://twofold:12/canary@db/twofold").reports("database", doctor.Failed, "percent-encode")
	newInstallation(t, "TWOFOLD_DATABASE_URL=sqlite:twofold.db?mode=rwc").reports("database", doctor.Failed, `remove "?mode=rwc"`)
	newInstallation(t, "TWOFOLD_TRUSTED_PROXIES=10.0.0.0/8,0.0.0.0/0").reports("proxies", doctor.Failed, "trusts every address")
	newInstallation(t, "TWOFOLD_PUBLIC_URL=https://account.example.com").reports("proxies", doctor.Warning, "none is trusted")
	newInstallation(t).reports("public URL", doctor.Warning, "works on this machine only")
}

func TestRun_ListenAddressInUse(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	newInstallation(t, "TWOFOLD_LISTEN="+silent.Addr().String()).reports("listen", doctor.Failed, "in use by another program")
	newInstallation(t, "TWOFOLD_OPS_LISTEN="+silent.Addr().String()).reports("listen", doctor.Failed, "set TWOFOLD_OPS_LISTEN")
	newInstallation(t, "TWOFOLD_LISTEN=192.0.2.1:80").reports("listen", doctor.Failed, "cannot be used")

	h := apptest.Start(t)
	newInstallation(t, "TWOFOLD_LISTEN="+strings.TrimPrefix(h.URL, "http://")).reports("listen", doctor.OK, "running Twofold server")
}

func TestRun_Online(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	online := newInstallation(t, "TWOFOLD_PUBLIC_URL="+h.URL)
	online.doctor.Online = true
	online.reports("visit", doctor.OK, "responds as Twofold")

	requested := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requested = true
		http.Redirect(w, &http.Request{}, h.URL+"/healthz", http.StatusFound)
	}))
	defer other.Close()
	p := newInstallation(t, "TWOFOLD_PUBLIC_URL="+other.URL)
	p.reports("public URL", doctor.Warning, "")
	if requested {
		t.Error("the public URL was requested without Online")
	}
	p.doctor.Online = true
	p.reports("visit", doctor.Failed, "unlike Twofold")
	other.Close()
	p.reports("visit", doctor.Failed, "refused")
}

func TestRun_SilentServersTimeOut(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts connections and never sends anything
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	address := silent.Addr().String()
	p := newInstallation(t, "TWOFOLD_LISTEN="+address, "TWOFOLD_PUBLIC_URL=http://"+address, "TWOFOLD_SMTP_URL=smtp://"+address, "TWOFOLD_SMTP_TIMEOUT=1h")
	p.doctor.Online, p.doctor.Timeout = true, 100*time.Millisecond
	for _, about := range []string{"listen", "mail", "visit"} {
		p.reports(about, doctor.Failed, "")
	}
}
