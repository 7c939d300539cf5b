package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"twofold/internal/store"
)

const (
	mebibyte = 1 << 20
	lowSpace = 1024 * mebibyte
	noSpace  = 64 * mebibyte
)

// file looks at an SQLite file, and at what is left of the disk that it lies on.
func (d Doctor) file(path string) {
	if err := writable(path); err != nil {
		d.fail("writing", "%v. Give file and folder to the user that Twofold runs as.", err)
	} else {
		d.ok("writing", "file and folder can be written")
	}
	free, err := freeSpace(filepath.Dir(path))
	d.space(filepath.Dir(path), free, err)
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
	case free < noSpace:
		d.fail("space", "%s. Nothing can be changed when none is: make room.", left)
	case free < lowSpace:
		d.warn("space", "%s. Make room.", left)
	default:
		d.ok("space", "%s", left)
	}
}

// fileClock compares this process's clock with the file system's, as far as that has told it: a file is not written in the
// future.
func (d Doctor) fileClock() {
	path, err := store.Path(d.config.DatabaseURL)
	if err != nil {
		return
	}
	now := d.Now()
	for _, name := range []string{path, path + "-wal"} {
		file, err := os.Stat(name)
		if err != nil || file.Size() == 0 { // an empty log was made by whoever looked last
			continue
		}
		if ahead := file.ModTime().Sub(now); ahead > maxClockDrift {
			d.warn("clock", "%s was written %s ahead of this machine's clock. Codes are judged by that clock: let an NTP client keep it.", filepath.Base(name), ahead.Round(time.Second))
			return
		}
	}
	d.ok("clock", "%s, not behind the database's file", now.UTC().Format(time.RFC3339))
}
