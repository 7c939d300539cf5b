package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"twofold/internal/app"
	"twofold/internal/store"
)

const (
	mebibyte = 1 << 20
	lowSpace = 1024 * mebibyte
	noSpace  = 64 * mebibyte
)

// file checks an SQLite file and the free space of its disk.
func (d Doctor) file(path string) {
	if err := writable(path); err != nil {
		d.fail("writing", "%v. Make the user that Twofold runs as the owner of the file and its directory.", err)
	} else {
		d.ok("writing", "file and directory are writable")
	}
	exposed := app.ExposedDatabase(d.config)
	for _, file := range exposed {
		d.warn("file mode", "%s can be read by others (%04o), for example because a copy was put back. Run: chmod 600 %[1]s", file.Path, file.Mode)
	}
	if len(exposed) == 0 {
		d.ok("file mode", "only the owner can read the database")
	}
	free, err := freeSpace(filepath.Dir(path))
	d.space(filepath.Dir(path), free, err)
}

// writable opens the file for writing, without writing.
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

// space checks the free space of the disk.
func (d Doctor) space(dir string, free uint64, err error) {
	switch left := fmt.Sprintf("%d MiB are free in %s", free/mebibyte, dir); {
	case err != nil:
		d.warn("space", "the free space in %s cannot be read: %v.", dir, err)
	case free < noSpace:
		d.fail("space", "%s. Without space every change fails: free some.", left)
	case free < lowSpace:
		d.warn("space", "%s. Free some space.", left)
	default:
		d.ok("space", "%s", left)
	}
}

// fileClock compares this process's clock with the file's modification time, which must not be in the future.
func (d Doctor) fileClock() {
	path, err := store.Path(d.config.DatabaseURL)
	if err != nil {
		return
	}
	now := d.Now()
	for _, name := range []string{path, path + "-wal"} {
		file, err := os.Stat(name)
		if err != nil || file.Size() == 0 { // an empty WAL was created by the last reader
			continue
		}
		if ahead := file.ModTime().Sub(now); ahead > maxClockDrift {
			d.warn("clock", "%s was written %s ahead of this machine's clock, which codes are checked with. Synchronize it with NTP.", filepath.Base(name), ahead.Round(time.Second))
			return
		}
	}
	d.ok("clock", "%s, not behind the database's file", now.UTC().Format(time.RFC3339))
}
