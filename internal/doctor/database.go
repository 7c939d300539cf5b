package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"twofold/internal/store"
)

const (
	drift    = time.Second // TOTP forgives half a minute: long before that people notice
	mebibyte = 1 << 20
	tight    = 1024 * mebibyte
	full     = 64 * mebibyte
)

// absent is a database that will be made.
func (d Doctor) absent() {
	d.warn("database", "there is none at %s yet: twofold serve makes it. If there should be one, correct TWOFOLD_DATABASE_URL.", d.config.Database())
}

// schema compares the database with this version. Of one that this version cannot use nothing else is looked at.
func (d Doctor) schema(ctx context.Context, db *store.DB) bool {
	migrated, err := db.Migrated(ctx)
	if err != nil {
		d.wrong("database", "%v. Is it a database? Is it Twofold's, and may Twofold's user read it?", err)
		return false
	}
	if !migrated {
		d.absent()
		return false
	}
	has, knows, err := db.Schema(ctx)
	switch {
	case err != nil:
		d.wrong("database", "how far it was migrated cannot be read: %v.", err)
		return false
	case has > knows:
		d.wrong("database", "it was migrated by a newer version (%d, this one knows %d). One release back works; install the version that runs.", has, knows)
	case has < knows:
		d.warn("database", "it is at migration %d of %d. twofold migrate, or the next start, brings it up; take a backup first.", has, knows)
	default:
		d.ok("database", "%s can be read, and its schema is this version's (%d)", d.config.Database(), has)
	}
	return true
}

// file looks at an SQLite file and at what it lies on.
func (d Doctor) file(ctx context.Context, db *store.DB) {
	path, err := store.Path(d.config.DatabaseURL)
	if err != nil {
		return
	}
	if err := writable(path); err != nil {
		d.wrong("writing", "%v. Give file and folder to the user that Twofold runs as.", err)
	} else {
		d.ok("writing", "file and folder can be written")
	}
	mode, err := db.Journal(ctx)
	switch {
	case err != nil:
		d.wrong("journal", "%v.", err)
	case mode != "wal":
		d.warn("journal", "it is %s; the next start makes it wal again. Something else has written to the file: find out what.", mode)
	default:
		d.ok("journal", "wal, and every commit is on disk before it is answered")
	}
	free, err := freeSpace(filepath.Dir(path))
	d.space(filepath.Dir(path), free, err)
	d.clock(path)
}

// writable tries to open for writing, and writes nothing.
func writable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return folderWritable(filepath.Dir(path))
}

// space judges what is left of the disk.
func (d Doctor) space(dir string, free uint64, err error) {
	switch left := fmt.Sprintf("%d MiB are free at %s", free/mebibyte, dir); {
	case err != nil:
		d.warn("space", "how much is free at %s cannot be read: %v.", dir, err)
	case free < full:
		d.wrong("space", "%s. Nothing can be changed when none is: make room.", left)
	case free < tight:
		d.warn("space", "%s. Make room.", left)
	default:
		d.ok("space", "%s", left)
	}
}

// clock compares this process's clock with the file system's, as far as it has told it: a file is not written in the
// future.
func (d Doctor) clock(path string) {
	now := d.Now()
	for _, name := range []string{path, path + "-wal"} {
		file, err := os.Stat(name)
		if err != nil || file.Size() == 0 { // an empty log was made by whoever looked last
			continue
		}
		if ahead := file.ModTime().Sub(now); ahead > drift {
			d.warn("clock", "%s was written %s ahead of this machine's clock. Codes are judged by that clock: let an NTP client keep it.", filepath.Base(name), ahead.Round(time.Second))
			return
		}
	}
	d.ok("clock", "%s, not behind the database's file", now.UTC().Format(time.RFC3339))
}
