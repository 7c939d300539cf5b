// Package store keeps everything that is kept, in SQLite. It is the only one that knows gorm and SQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"twofold/internal/audit"
)

// DB is one database. SQLite takes one writer at a time: our own wait in a fair queue for the one writing connection,
// so that only other processes are met by SQLite's polling.
type DB struct {
	read, write *gorm.DB
}

//go:embed migrations
var migrations embed.FS

// ErrURL means that a database URL is not one this build can open.
var ErrURL = errors.New("not a database URL that this version can open: use sqlite:PATH, as in sqlite:./data/twofold.db")

// Path answers the file of a sqlite: URL, or ErrURL.
func Path(databaseURL string) (string, error) {
	path, ok := strings.CutPrefix(databaseURL, "sqlite:")
	path = strings.TrimPrefix(path, "//")
	if !ok || path == "" || strings.Contains(path, ":memory:") {
		return "", ErrURL
	}
	return path, nil
}

// Open opens the database of a URL, and creates an empty one (readable by its owner only) where there is none. It does
// not migrate it.
func Open(databaseURL string, log *slog.Logger) (*DB, error) {
	path, err := Path(databaseURL)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create database: %w", err)
	}
	write, err := openPool(dsn(path, "_txlock=immediate"), 1, log)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	read, err := openPool(dsn(path, "_pragma=query_only(1)"), 4*runtime.GOMAXPROCS(0), log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), closePool(write))
	}
	return &DB{read: read, write: write}, nil
}

// ErrAbsent means that there is no database yet.
var ErrAbsent = errors.New("there is no database yet")

// OpenReadOnly opens the database of a URL for looking at it: nothing of it changes, and none is created. It answers
// ErrAbsent, or ErrURL.
func OpenReadOnly(databaseURL string, log *slog.Logger) (*DB, error) {
	path, err := Path(databaseURL)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	// As few pragmas as possible: setting the journal's mode would write.
	read, err := openPool(fileURI(path)+"?mode=ro&_pragma=busy_timeout(5000)", 1, log)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{read: read, write: read}, nil
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

// dsn spells the file and what every connection must agree on: write-ahead log, every commit on disk, foreign keys.
func dsn(path, option string) string {
	return fileURI(path) + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + option
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()
}

// openPool opens connections. Switching a fresh file to the write-ahead log needs it alone for a moment, and SQLite does
// not wait for that: whoever starts at the same time tries again.
func openPool(dsn string, conns int, log *slog.Logger) (*gorm.DB, error) {
	for wait := 5 * time.Millisecond; ; wait *= 2 {
		db, err := openPoolOnce(dsn, conns, log)
		if err == nil || !isBusy(err) || wait > 2*time.Second {
			return db, err
		}
		time.Sleep(wait)
	}
}

func openPoolOnce(dsn string, conns int, log *slog.Logger) (*gorm.DB, error) {
	db, err := gorm.Open(newDialector(dsn), &gorm.Config{
		SkipDefaultTransaction: true,
		PrepareStmt:            true,
		TranslateError:         true,
		Logger:                 silentLogger{log},
	})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return db, errors.Join(markFailures(db), countStatements(db))
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// Close closes the database.
func (d *DB) Close() error {
	if d.read == d.write {
		return closePool(d.read)
	}
	return errors.Join(closePool(d.read), closePool(d.write))
}

// Ping says whether the database can be read and written: readiness.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.read.WithContext(ctx).Exec("SELECT 1 FROM accounts LIMIT 1").Error; err != nil {
		return err
	}
	return d.InTx(ctx, func(context.Context) error { return nil })
}

// Migrated says whether the database has any of our tables.
func (d *DB) Migrated(ctx context.Context) (bool, error) {
	var n int
	err := d.read.WithContext(ctx).
		Raw("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sealing_keysets'").Scan(&n).Error
	return n > 0, err
}

// Migrate brings the schema up to this version. Several processes may start at once: each migration is one immediate
// transaction, and the slower one looks again.
func (d *DB) Migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	pool, err := d.write.DB()
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := up(ctx, pool, dir)
		if err == nil {
			return nil
		}
		if try == 4 {
			return fmt.Errorf("migrate database: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond << try):
		}
	}
}

func up(ctx context.Context, pool *sql.DB, dir fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, dir)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

type txKey struct{ db *DB }

// transaction is one that is open, what is to be done once it has committed, and the activity that goes with it.
type transaction struct {
	*gorm.DB
	after []func()

	held  []audit.Entry
	chain func(ctx context.Context, held []audit.Entry) error
}

// settle adds what was held.
func (t *transaction) settle(ctx context.Context) error {
	if len(t.held) == 0 {
		return nil
	}
	return t.chain(ctx, t.held)
}

func (d *DB) open(ctx context.Context) (*transaction, bool) {
	tx, inside := ctx.Value(txKey{d}).(*transaction)
	return tx, inside
}

// InTx runs do in one transaction and commits if it answers nil. The context that do gets carries the transaction: use
// it for everything inside. A transaction inside a transaction is the same one.
//
// Where another transaction came first nothing was kept, and do is run again: what it leaves outside of the database it
// must set, not add to.
func (d *DB) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if _, inside := d.open(ctx); inside {
		return do(ctx)
	}
	for try := 0; ; try++ {
		err := d.once(ctx, do)
		if try == retries || !errors.Is(err, errCollision) {
			return err
		}
	}
}

// retries is how often a transaction is run again, after which its asker is better off with 503.
const retries = 8

func (d *DB) once(ctx context.Context, do func(ctx context.Context) error) error {
	var refused error
	var done *transaction
	err := d.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		done = &transaction{DB: tx}
		ctx := context.WithValue(ctx, txKey{d}, done)
		if refused = do(ctx); refused == nil {
			refused = done.settle(ctx)
		}
		return refused
	})
	if err != nil && refused == nil { // begin or commit failed
		return failure(err)
	}
	if err == nil {
		committed(ctx)
		for _, do := range done.after {
			do()
		}
	}
	return err
}

// alone says whether there is one writing transaction at a time, so that there is nothing to lock.
func (d *DB) alone() bool { return d.write.Name() == "sqlite" }

// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
func (d *DB) AfterCommit(ctx context.Context, do func()) {
	if tx, inside := d.open(ctx); inside {
		tx.after = append(tx.after, do)
		return
	}
	do()
}

func (d *DB) reader(ctx context.Context) *gorm.DB {
	if tx, inside := d.open(ctx); inside {
		return tx.DB
	}
	return d.read.WithContext(ctx)
}

func (d *DB) writer(ctx context.Context) *gorm.DB {
	if tx, inside := d.open(ctx); inside {
		return tx.DB
	}
	return d.write.WithContext(ctx)
}
