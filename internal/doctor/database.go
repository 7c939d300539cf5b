package doctor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/restorefence"
	"twofold/internal/store"
)

// maxClockDrift is how far clocks may be apart: TOTP forgives half a minute, and people notice long before that.
const maxClockDrift = time.Second

// kept looks at the master key and the database, which only mean something together.
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
		d.fail("database", "%s: %v. %s", d.config.Database(), err, d.databaseAdvice())
		return
	}
	defer func() { _ = db.Close() }()
	if !d.schema(ctx, db, keyless) {
		return
	}
	d.writing(ctx, db)
	if copied := d.epochs(ctx, db); !copied { // nobody commits to one
		d.commits(ctx, db)
	}
	d.clocks(ctx, db)
	d.keys(ctx, db, master, keyless)
}

func (d Doctor) databaseAdvice() string {
	if store.IsPostgres(d.config.DatabaseURL) {
		return "Does the server run, and do host, user, password and sslmode in TWOFOLD_DATABASE_URL fit?"
	}
	return "Correct TWOFOLD_DATABASE_URL, or give file and folder to the user that Twofold runs as."
}

// absent is a database that will be made, with its keys.
func (d Doctor) absent(keyless error) {
	d.warn("database", "there is none of Twofold's at %s yet: twofold serve makes it. If there should be one, correct TWOFOLD_DATABASE_URL.", d.config.Database())
	if errors.Is(keyless, keyring.ErrNoMaster) && store.IsPostgres(d.config.DatabaseURL) {
		d.fail("master key", "there is none at %s, and processes that share a server need the same. Make it once with openssl rand -base64 32, and point TWOFOLD_MASTER_KEY_FILE at it.", d.config.MasterKeyFile)
	}
}

// schema compares the database with this version. Of one that this version cannot use nothing else is looked at.
func (d Doctor) schema(ctx context.Context, db *store.DB, keyless error) bool {
	migrated, err := db.Migrated(ctx)
	if err != nil {
		d.fail("database", "%s: %v. %s", d.config.Database(), err, d.databaseAdvice())
		return false
	}
	if !migrated {
		d.absent(keyless)
		return false
	}
	has, err := db.Version(ctx)
	knows := store.SchemaVersion()
	switch {
	case err != nil:
		d.fail("database", "how far it was migrated cannot be read: %v. Let the user that Twofold runs as own its tables.", err)
		return false
	case has > knows:
		d.fail("database", "it was migrated by a newer version (%d, this one knows %d). One release back works; install the version that runs.", has, knows)
	case has < knows:
		d.warn("database", "it is at migration %d of %d. twofold migrate, or the next start, brings it up; take a backup first.", has, knows)
	default:
		d.ok("database", "%s can be read, and its schema is this version's (%d)", d.config.Database(), has)
	}
	return true
}

// epochs looks at whether the database was restored, and says whether it is a copy that was not served yet.
func (d Doctor) epochs(ctx context.Context, db *store.DB) (copied bool) {
	kept := store.RestoreState{DB: db}
	if there, err := kept.HasTable(ctx); err == nil && !there {
		return false // its schema was told
	}
	watch := restorefence.Service{Store: kept, Log: slog.New(slog.DiscardHandler), File: d.config.Epochs(), Now: d.Now}
	e, err := watch.Detect(ctx)
	switch {
	case errors.Is(err, restorefence.ErrNone):
	case err != nil:
		d.fail("restored", "whether it was cannot be read: %v.", err)
	case e.RestoreReason != "":
		d.fail("restored", "%s. Codes that were used since then, and sessions that were ended, may work again: twofold restore-fence, before people are let in. With --nothing-lost if it was moved while nothing served it.", e.RestoreReason)
	default:
		d.ok("restored", "no sign that it was; epoch %d began %s", e.Number, e.StartedAt.Format(time.DateOnly))
	}
	return e.RestoreReason == restorefence.BackupCopy
}

// writing asks whether changes are possible, and makes none.
func (d Doctor) writing(ctx context.Context, db *store.DB) {
	if path, err := store.Path(d.config.DatabaseURL); err == nil {
		d.file(path)
		return
	}
	switch can, err := db.Writable(ctx); {
	case err != nil:
		d.fail("writing", "%v. Let the user that Twofold runs as own its tables.", err)
	case !can:
		d.fail("writing", "the server takes none from this user: it is a standby, or the user may only read. Let TWOFOLD_DATABASE_URL lead to the primary, as the owner of its tables.")
	default:
		d.ok("writing", "the server takes changes from this user")
	}
}

// commits looks at whether what was answered outlives a power cut.
func (d Doctor) commits(ctx context.Context, db *store.DB) {
	switch are, should, err := db.Durability(ctx); {
	case err != nil:
		d.fail("commits", "how they are kept cannot be read: %v.", err)
	case are != should:
		d.warn("commits", "%s, where it should be %s: a power cut may lose what people were told is done. Find out who changed that, and change it back.", are, should)
	default:
		d.ok("commits", "each is on disk before it is answered (%s)", are)
	}
}

// clocks compares this process's clock with the database's: with the server's or, for a file, with when it was written.
func (d Doctor) clocks(ctx context.Context, db *store.DB) {
	asked := d.Now()
	at, own, err := db.ServerTime(ctx)
	answered := d.Now()
	if err != nil {
		d.fail("clock", "the database's cannot be read: %v.", err)
		return
	}
	if !own {
		d.fileClock()
		return
	}
	way := answered.Sub(asked) / 2
	switch ahead := at.Sub(asked.Add(way)); {
	case ahead.Abs() > maxClockDrift+way:
		d.warn("clock", "the database's is %s from this machine's. Codes are judged by this machine's: let an NTP client keep both.", ahead.Round(100*time.Millisecond))
	default:
		d.ok("clock", "%s, and the database's is %s from it", answered.UTC().Format(time.RFC3339), ahead.Round(time.Millisecond))
	}
}
