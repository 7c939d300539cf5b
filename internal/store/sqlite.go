package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var sqliteDialect = dialect{
	folder:   "migrations/sqlite",
	goose:    goose.DialectSQLite3,
	tables:   "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
	greatest: "max",
	// There is one writer at a time, so that nothing conflicts. A wait for another process that exceeds busy_timeout is final.
	isConflict:       func(error) bool { return false },
	isConnectionLost: func(error) bool { return false },
	isDiskFull: func(err error) bool {
		var e *sqlite.Error
		return errors.As(err, &e) && slices.Contains([]int{sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}, e.Code()&0xff)
	},
	durabilityQuery: "PRAGMA journal_mode",
	wantDurability:  "wal",
}

// Path returns the path of the file that a sqlite: URL names, or ErrURL. It rejects options and the prefix file:, which other
// programs know, because a new database would be created in a file whose name contains them.
func Path(databaseURL string) (string, error) {
	path, ok := strings.CutPrefix(databaseURL, "sqlite:")
	path = strings.TrimPrefix(path, "//")
	if !ok || path == "" || strings.Contains(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return "", ErrURL
	}
	file, options, found := strings.Cut(path, "?")
	if !found {
		return path, nil
	}
	advice := fmt.Sprintf("remove \"?%s\", because SQLite URLs have no options", options)
	if _, err := os.Stat(path); err == nil {
		advice = fmt.Sprintf("SQLite URLs have no options, and there is a file %q. If it has your data, rename it and its -wal file to names without \"?\"", path)
	} else if _, err := os.Stat(file); err == nil {
		advice += fmt.Sprintf(". The database is then %q", file)
	}
	return "", fmt.Errorf("%w; %s", ErrURL, advice)
}

func openSQLite(databaseURL string, log *slog.Logger) (*DB, error) {
	path, err := Path(databaseURL)
	if err != nil {
		return nil, err
	}
	_, missing := os.Stat(path)
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create database: %w", err)
	}
	if missing != nil {
		log.Info("database created", "file", path) // an operator who expected the data of another file sees that
	}
	stats := &QueryStats{}
	write, err := openFile(dsn(path, "_txlock=immediate"), 1, stats, log)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	read, err := openFile(dsn(path, "_pragma=query_only(1)"), 4*runtime.GOMAXPROCS(0), stats, log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), closePool(write))
	}
	d := &DB{dialect: sqliteDialect, stats: stats, read: read, write: write}
	d.migrator = d.onWriter
	return d, nil
}

func openSQLiteReadOnly(databaseURL string, log *slog.Logger) (*DB, error) {
	path, err := Path(databaseURL)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	// Only the pragma that is needed: setting the journal mode would write.
	read, err := openFile(fileURI(path)+"?mode=ro&_pragma=busy_timeout(5000)", 1, &QueryStats{}, log)
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CANTOPEN { // reading a write-ahead log creates a file beside it
		err = fmt.Errorf("%w: file and folder must be writable for the user that Twofold runs as", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{dialect: sqliteDialect, stats: &QueryStats{}, read: read, write: read}, nil
}

func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn returns the driver's name for a file, with the settings of every connection: write-ahead log, a sync to disk at every
// commit, foreign keys.
func dsn(path, option string) string {
	return fileURI(path) + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + option
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()
}

// openFile opens a pool of connections. Switching a new file to the write-ahead log needs exclusive access, for which SQLite
// does not wait. If another process starts at the same time, openFile tries again.
func openFile(dsn string, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	for wait := 5 * time.Millisecond; ; wait *= 2 {
		db, err := openOnce(dsn, conns, stats, log)
		if err == nil || !isBusy(err) || wait > 2*time.Second {
			return db, err
		}
		time.Sleep(wait)
	}
}

func openOnce(dsn string, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	connector, err := newCachingConnector(dsn)
	if err != nil {
		return nil, err
	}
	return openSQLiteConnector(connector, conns, stats, log)
}

func openSQLiteConnector(connector driver.Connector, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	pool := sql.OpenDB(connector)
	db, err := openPool(&sqliteDialector{gormsqlite.Dialector{Conn: pool}}, conns, stats, log)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// sqliteDialector is gorm's dialect of SQLite on the driver without cgo, whose errors gorm does not know.
type sqliteDialector struct {
	gormsqlite.Dialector
}

// Translate returns gorm's errors for a duplicate key and a violated foreign key.
func (*sqliteDialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// isBusy reports whether another process has locked the database.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
