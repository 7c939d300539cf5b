package doctor

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"twofold/internal/account"
	"twofold/internal/keyring"
	"twofold/internal/restorefence"
	"twofold/internal/store"
)

// maxClockDrift is the accepted difference between clocks. TOTP tolerates half a minute.
const maxClockDrift = time.Second

// databaseAndKeys checks the master key and the database, which only make sense together.
func (d Doctor) databaseAndKeys(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	master, masterErr := d.master()
	db, err := store.OpenReadOnly(d.config.DatabaseURL, slog.New(slog.DiscardHandler))
	switch {
	case errors.Is(err, store.ErrNotFound):
		d.missingDatabase(masterErr)
		return
	case err != nil:
		d.fail("database", "%s: %v. %s", d.config.RedactedDatabaseURL(), err, d.databaseAdvice(err))
		return
	}
	defer func() { _ = db.Close() }()
	if !d.schema(ctx, db, masterErr) {
		return
	}
	d.writeAccess(ctx, db)
	if copied := d.restored(ctx, db); !copied { // a copy accepts no commits
		d.durability(ctx, db)
	}
	d.clocks(ctx, db)
	d.accounts(ctx, db)
	d.keys(ctx, db, master, masterErr)
}

func (d Doctor) databaseAdvice(err error) string {
	if store.IsPostgres(d.config.DatabaseURL) {
		return cmp.Or(store.Advice(err), "Check that the server runs, and that host, user, password and sslmode in TWOFOLD_DATABASE_URL are right.")
	}
	return "Correct TWOFOLD_DATABASE_URL, or make the user that Twofold runs as the owner of the file and its directory."
}

// missingDatabase reports a database that does not exist yet.
func (d Doctor) missingDatabase(masterErr error) {
	d.warn("database", "%s does not exist yet: twofold serve creates it. If it should exist, correct TWOFOLD_DATABASE_URL.", d.config.RedactedDatabaseURL())
	if errors.Is(masterErr, keyring.ErrNoMaster) && store.IsPostgres(d.config.DatabaseURL) {
		d.fail("master key", "%s does not exist, and processes that share a database need the same key. Create it once with openssl rand -base64 32, and set TWOFOLD_MASTER_KEY_FILE to it.", d.config.MasterKeyFile)
	}
}

// schema compares the database's version with this program's, and reports whether the other checks make sense.
func (d Doctor) schema(ctx context.Context, db *store.DB, masterErr error) bool {
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
		d.missingDatabase(masterErr)
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

// restored checks whether the database was restored, and reports whether it is an unused copy.
func (d Doctor) restored(ctx context.Context, db *store.DB) (copied bool) {
	state := store.RestoreState{DB: db}
	if there, err := state.HasTable(ctx); err == nil && !there {
		return false // the schema is reported already
	}
	watch := restorefence.Service{Store: state, Log: slog.New(slog.DiscardHandler), File: d.config.RestoreStateFile(), Now: d.Now}
	g, err := watch.Detect(ctx)
	switch {
	case errors.Is(err, restorefence.ErrNone):
	case err != nil:
		d.fail("restored", "the restore state cannot be read: %v.", err)
	case g.RestoreReason != "":
		d.fail("restored", "%s. Codes that were used and sessions that were ended since then may work again: run twofold restore-fence before users sign in, with --nothing-lost if the database was moved while no server used it.", g.RestoreReason)
	default:
		d.ok("restored", "no sign of a restored backup; generation %d started %s", g.Number, g.StartedAt.Format(time.DateOnly))
	}
	return g.RestoreReason == restorefence.BackupCopy
}

// accounts names accounts that cannot sign in, because another one has the same address.
func (d Doctor) accounts(ctx context.Context, db *store.DB) {
	pairs, err := account.FindSameAddresses(ctx, store.Accounts{DB: db})
	if err != nil {
		d.fail("accounts", "the addresses cannot be read: %v.", err)
		return
	}
	for _, p := range pairs {
		d.fail("accounts", "%s and %s are the same address, and only the second account can sign in. Let its user change its address on the page; the next start then lets the first one sign in.", p.Unreachable.Email, p.Found.Email)
	}
}

// writeAccess checks whether the database accepts writes, without writing.
func (d Doctor) writeAccess(ctx context.Context, db *store.DB) {
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

// durability checks whether an acknowledged change survives a power failure.
func (d Doctor) durability(ctx context.Context, db *store.DB) {
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
