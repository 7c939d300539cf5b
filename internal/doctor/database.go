package doctor

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/restorefence"
	"twofold/internal/store"
)

// maxClockDrift is the accepted difference between clocks. TOTP tolerates half a minute.
const maxClockDrift = time.Second

// kept checks the master key and the database, which only make sense together.
func (d Doctor) kept(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	master, keyless := d.master()
	db, err := store.OpenReadOnly(d.config.DatabaseURL, slog.New(slog.DiscardHandler))
	switch {
	case errors.Is(err, store.ErrNotFound):
		d.absent(keyless)
		return
	case err != nil:
		d.fail("database", "%s: %v. %s", d.config.RedactedDatabaseURL(), err, d.databaseAdvice(err))
		return
	}
	defer func() { _ = db.Close() }()
	if !d.schema(ctx, db, keyless) {
		return
	}
	d.writing(ctx, db)
	if copied := d.epochs(ctx, db); !copied { // a copy accepts no commits
		d.commits(ctx, db)
	}
	d.clocks(ctx, db)
	d.keys(ctx, db, master, keyless)
}

func (d Doctor) databaseAdvice(err error) string {
	if store.IsPostgres(d.config.DatabaseURL) {
		return cmp.Or(store.Advice(err), "Check that the server runs, and that host, user, password and sslmode in TWOFOLD_DATABASE_URL are right.")
	}
	return "Correct TWOFOLD_DATABASE_URL, or make the user that Twofold runs as the owner of the file and its directory."
}

// absent reports a database that does not exist yet.
func (d Doctor) absent(keyless error) {
	d.warn("database", "%s does not exist yet: twofold serve creates it. If it should exist, correct TWOFOLD_DATABASE_URL.", d.config.RedactedDatabaseURL())
	if errors.Is(keyless, keyring.ErrNoMaster) && store.IsPostgres(d.config.DatabaseURL) {
		d.fail("master key", "%s does not exist, and processes that share a database need the same key. Create it once with openssl rand -base64 32, and set TWOFOLD_MASTER_KEY_FILE to it.", d.config.MasterKeyFile)
	}
}

// schema compares the database's version with this program's, and reports whether the other checks make sense.
func (d Doctor) schema(ctx context.Context, db *store.DB, keyless error) bool {
	migrated, err := db.Migrated(ctx)
	if err != nil {
		d.fail("database", "%s: %v. %s", d.config.RedactedDatabaseURL(), err, d.databaseAdvice(err))
		return false
	}
	if !migrated {
		if err := db.CheckCreate(ctx); err != nil {
			d.fail("database", "%s: %v.", d.config.RedactedDatabaseURL(), err)
			return false
		}
		d.absent(keyless)
		return false
	}
	has, err := db.Version(ctx)
	knows := store.SchemaVersion()
	switch {
	case err != nil:
		d.fail("database", "its schema version cannot be read: %v. Make the user that Twofold runs as the owner of its tables.", err)
		return false
	case has > knows:
		d.fail("database", "it was migrated by a newer version (schema %d, this version knows %d). One release back works; install the newer version.", has, knows)
	case has < knows:
		d.warn("database", "its schema is at %d of %d. twofold migrate, or the next start, upgrades it; take a backup first.", has, knows)
	default:
		d.ok("database", "%s can be read, and its schema is current (%d)", d.config.RedactedDatabaseURL(), has)
	}
	return true
}

// epochs checks whether the database was restored, and reports whether it is an unused copy.
func (d Doctor) epochs(ctx context.Context, db *store.DB) (copied bool) {
	kept := store.RestoreState{DB: db}
	if there, err := kept.HasTable(ctx); err == nil && !there {
		return false // the schema is reported already
	}
	watch := restorefence.Service{Store: kept, Log: slog.New(slog.DiscardHandler), File: d.config.RestoreStateFile(), Now: d.Now}
	e, err := watch.Detect(ctx)
	switch {
	case errors.Is(err, restorefence.ErrNone):
	case err != nil:
		d.fail("restored", "the restore state cannot be read: %v.", err)
	case e.RestoreReason != "":
		d.fail("restored", "%s. Codes that were used and sessions that were ended since then may work again: run twofold restore-fence before users sign in, with --nothing-lost if the database was moved while no server used it.", e.RestoreReason)
	default:
		d.ok("restored", "no sign of a restored backup; generation %d started %s", e.Number, e.StartedAt.Format(time.DateOnly))
	}
	return e.RestoreReason == restorefence.BackupCopy
}

// writing checks whether the database accepts writes, without writing.
func (d Doctor) writing(ctx context.Context, db *store.DB) {
	if path, err := store.Path(d.config.DatabaseURL); err == nil {
		d.file(path)
		return
	}
	switch can, err := db.Writable(ctx); {
	case err != nil:
		d.fail("writing", "%v. Make the user that Twofold runs as the owner of its tables.", err)
	case !can:
		d.fail("writing", "the server rejects writes of this user: it is a standby, or the user may only read. Set TWOFOLD_DATABASE_URL to the primary, with the owner of the tables as user.")
	default:
		d.ok("writing", "the server accepts writes of this user")
	}
	d.limits(ctx, db)
}

// limits checks whether a statement or an idle transaction can hold locks for ever.
func (d Doctor) limits(ctx context.Context, db *store.DB) {
	switch limited, err := db.Limited(ctx); {
	case err != nil:
		d.fail("time limits", "they cannot be read: %v.", err)
	case !limited:
		d.warn("time limits", "slow statements and idle transactions hold locks for ever: TWOFOLD_DATABASE_URL turns the limits off, or a connection pooler does not pass them on. Then set them for the database user: ALTER ROLE … SET statement_timeout = '10s', and SET idle_in_transaction_session_timeout = '20s'.")
	default:
		d.ok("time limits", "the server ends slow statements and idle transactions")
	}
}

// commits checks whether an acknowledged change survives a power failure.
func (d Doctor) commits(ctx context.Context, db *store.DB) {
	switch are, should, err := db.Durability(ctx); {
	case err != nil:
		d.fail("commits", "the durability setting cannot be read: %v.", err)
	case are != should:
		d.warn("commits", "%s, but should be %s: a power failure may lose acknowledged changes. Find out why it was changed, and change it back.", are, should)
	default:
		d.ok("commits", "each is on disk before the response (%s)", are)
	}
}

// clocks compares this process's clock with the database server's or, for SQLite, with the file's modification time.
func (d Doctor) clocks(ctx context.Context, db *store.DB) {
	asked := d.Now()
	at, own, err := db.ServerTime(ctx)
	answered := d.Now()
	if err != nil {
		d.fail("clock", "the database's clock cannot be read: %v.", err)
		return
	}
	if !own {
		d.fileClock()
		return
	}
	way := answered.Sub(asked) / 2
	switch ahead := at.Sub(asked.Add(way)); {
	case ahead.Abs() > maxClockDrift+way:
		d.warn("clock", "the database's clock differs by %s from this machine's, which codes are checked with. Synchronize both with NTP.", ahead.Round(100*time.Millisecond))
	default:
		d.ok("clock", "%s, and the database's clock differs by %s", answered.UTC().Format(time.RFC3339), ahead.Round(time.Millisecond))
	}
}
