package store

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"
)

func TestPath_OfURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"sqlite:./data/twofold.db":         "./data/twofold.db",
		"sqlite:twofold.db":                "twofold.db",
		"sqlite:/var/lib/twofold.db":       "/var/lib/twofold.db",
		"sqlite:///var/lib/twofold.db":     "/var/lib/twofold.db",
		"sqlite://twofold.db":              "twofold.db",
		"sqlite:a file.db":                 "a file.db",
		"sqlite:100%.db":                   "100%.db",
		"sqlite:what?.db":                  "",
		"sqlite:t.db?_journal_mode=DELETE": "",
		"sqlite:t.db?":                     "",
		"sqlite:file:twofold.db":           "",
		"sqlite://file:twofold.db":         "",
		"sqlite:":                          "",
		"sqlite://":                        "",
		"sqlite::memory:":                  "",
		"sqlite:file::memory:":             "",
		"":                                 "",
		"./data/twofold.db":                "",
		"SQLITE:twofold.db":                "",
		"sqlite3:twofold.db":               "",
		"file:twofold.db":                  "",
		"postgres://ada@localhost/twofold": "", // no file
		"mysql://localhost":                "",
	} {
		got, err := Path(url)
		if want == "" && !errors.Is(err, ErrURL) {
			t.Errorf("Path(%q) = %q, %v, want ErrURL", url, got, err)
		}
		if want != "" && (err != nil || got != want) {
			t.Errorf("Path(%q) = %q, %v, want %q", url, got, err, want)
		}
	}
}

func TestPath_OptionsNameTheFileWithTheData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain, odd := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "twofold.db?_journal_mode=DELETE")
	rejected := func(wants ...string) {
		t.Helper()
		_, err := Open("sqlite:"+odd, Options{}, silent)
		if !errors.Is(err, ErrURL) {
			t.Fatalf("got %v, want ErrURL", err)
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %q, want %q in it", err, want)
			}
		}
	}
	rejected(`remove "?_journal_mode=DELETE"`)
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("there are %v, %v: a rejected URL created something", files, err)
	}
	must(t, os.WriteFile(plain, nil, 0o600))
	rejected(`remove "?_journal_mode=DELETE"`, plain)
	must(t, os.WriteFile(odd, nil, 0o600))
	rejected(odd, "rename it")
}

func TestOpen_UnknownURL(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"mysql://ada:secret@localhost/twofold", "postgres://ada:secret@localhost:port/twofold", "secret", ""} {
		for what, open := range map[string]func() error{
			"Open":         func() error { _, err := Open(url, Options{}, silent); return err },
			"OpenReadOnly": func() error { _, err := OpenReadOnly(url, silent); return err },
		} {
			err := open()
			if !errors.Is(err, ErrURL) {
				t.Errorf("%s(%q): got %v, want ErrURL", what, url, err)
				continue
			}
			if text := err.Error(); !strings.Contains(text, "sqlite:PATH") || strings.Contains(text, "secret") {
				t.Errorf("%s(%q): the error is %q: it should show valid URLs, and not repeat a password", what, url, text)
			}
		}
	}
}

func TestOpen_FileThatIsNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	must(t, os.WriteFile(text, []byte(strings.Repeat("this is not a database\n", 100)), 0o600))
	for _, file := range []string{dir, text, filepath.Join(text, "twofold.db")} {
		db, err := Open("sqlite:"+file, Options{}, silent)
		if err == nil {
			_ = db.Close()
			t.Errorf("%s opened", file)
		}
	}
	if kept, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(kept), "this is not") {
		t.Errorf("the text file now contains %.20q, %v", kept, err)
	}
}

func TestOpen_UnusualFileNames(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"a file.db", "100%.db", "100%25.db", "part#1.db", "a&b=c.db", "größe.db", "データ.db",
		"a;b.db", "a'b\".db", "+plus+.db", "a:b.db", "-rf", "folder with space/deep er/x.db",
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db := openMigrated(t, databaseURL("sqlite:"+filepath.Join(dir, file)))
			insertAda(t, db)
			must(t, db.Close())
			info, err := os.Stat(filepath.Join(dir, file))
			must(t, err)
			if info.Size() == 0 {
				t.Error("the file is empty: the rows are in another one")
			}
			if again := openMigrated(t, databaseURL("sqlite:"+filepath.Join(dir, file))); countRows(t, again, "accounts") != 1 {
				t.Error("the account is missing after the file was opened again")
			}
			_ = filepath.WalkDir(dir, func(found string, d fs.DirEntry, _ error) error {
				if !d.IsDir() && !strings.HasPrefix(found, filepath.Join(dir, file)) {
					t.Errorf("there is another file: %s", found)
				}
				return nil
			})
		})
	}
}

func TestOpen_FilePermissions(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	db := openMigrated(t, sqliteURL(filepath.Join(dir, "twofold.db")))
	insertAda(t, db)
	for file, want := range map[string]fs.FileMode{
		"": fs.ModeDir | 0o700, "twofold.db": 0o600, "twofold.db-wal": 0o600, "twofold.db-shm": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, file))
		must(t, err)
		if got := info.Mode(); got != want {
			t.Errorf("%q is %s, want %s", file, got, want)
		}
	}
}

func TestOpen_LogsCreation(t *testing.T) {
	t.Parallel()
	log := &lockedBuffer{}
	at := sqliteURL(filepath.Join(t.TempDir(), "twofold.db"))
	for range 2 {
		must(t, openDB(t, at, slog.New(slog.NewTextHandler(log, nil))).Close())
	}
	if n := strings.Count(log.String(), "database created"); n != 1 {
		t.Errorf("opened twice, and the creation was logged %d times, want once:\n%s", n, log.String())
	}
}

func TestSQLite_SettingsOfEveryConnection(t *testing.T) {
	t.Parallel()
	db := newSQLiteDB(t)
	for name, pool := range map[string]*gorm.DB{"read": db.read, "write": db.write} {
		connections, err := pool.DB()
		must(t, err)
		for range connections.Stats().MaxOpenConnections {
			c, err := connections.Conn(ctx) // held until the end of the test, so that each is another connection
			must(t, err)
			t.Cleanup(func() { _ = c.Close() })
			for pragma, want := range map[string]string{
				"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
				"query_only": map[string]string{"read": "1", "write": "0"}[name],
			} {
				var got string
				must(t, c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got))
				if got != want {
					t.Errorf("%s pool: %s is %s, want %s", name, pragma, got, want)
				}
			}
		}
	}
}

func TestSQLite_ReadPoolIsReadOnly(t *testing.T) {
	t.Parallel()
	db := newSQLiteDB(t)
	insertAda(t, db)
	if err := db.read.Exec("DELETE FROM accounts").Error; err == nil {
		t.Error("the read pool deleted an account")
	}
	if n := countRows(t, db, "accounts"); n != 1 {
		t.Errorf("%d accounts, want 1", n)
	}
}

func TestDeleteAccount_CascadesToItsRows(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAccountWithRows(t, db, "ada")
	insertAccountWithRows(t, db, "bob")
	must(t, db.write.Exec("DELETE FROM accounts WHERE id = 'ada'").Error)
	for _, table := range []string{"accounts", "sessions", "mfa_methods", "enrollments", "step_ups"} {
		if n := countRows(t, db, table); n != 1 {
			t.Errorf("%d rows in %s, want bob's one", n, table)
		}
	}
	if err := db.write.Exec("INSERT INTO step_ups VALUES ('x', 'unknown', 'unknown', 'mfa.remove', 0)").Error; err == nil {
		t.Error("a step-up token without an account was inserted: foreign keys are off")
	}
}

func TestOpenReadOnly_ChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "twofold.db")
	if _, err := OpenReadOnly("sqlite:"+file, silent); !errors.Is(err, ErrNotFound) {
		t.Errorf("for a file that does not exist: got %v, want ErrNotFound", err)
	}
	db := openMigrated(t, sqliteURL(file))
	insertAda(t, db)
	must(t, db.Close())
	before, err := os.ReadFile(file)
	must(t, err)
	look, err := OpenReadOnly("sqlite:"+file, silent)
	must(t, err)
	if migrated, err := look.Migrated(ctx); err != nil || !migrated {
		t.Errorf("Migrated() = %v, %v, want true", migrated, err)
	}
	if _, err := (Accounts{look}).ByID(ctx, "ada"); err != nil {
		t.Errorf("reading: %v", err)
	}
	if err := insertsAccount(look, "bob")(ctx); err == nil {
		t.Error("an account was inserted into a read-only database")
	}
	must(t, look.Close())
	after, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("OpenReadOnly changed the file")
	}
}

func TestOpenReadOnly_AfterACrash(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	db := openMigrated(t, sqliteURL(file))
	insertAda(t, db)
	crashed := filepath.Join(t.TempDir(), "twofold.db")
	for _, ending := range []string{"", "-wal"} { // the files that a killed process leaves
		content, err := os.ReadFile(file + ending)
		must(t, err)
		must(t, os.WriteFile(crashed+ending, content, 0o600))
	}
	look, err := OpenReadOnly("sqlite:"+crashed, silent)
	must(t, err)
	if _, err := (Accounts{look}).ByID(ctx, "ada"); err != nil {
		t.Errorf("reading: %v", err)
	}
	must(t, look.Close())
	if again := openMigrated(t, sqliteURL(crashed)); countRows(t, again, "accounts") != 1 {
		t.Error("OpenReadOnly lost a committed row")
	}
}
