//go:build !windows

package doctor

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// freeSpace is what is left to somebody who is not root, in bytes.
func freeSpace(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return uint64(fs.Bavail) * uint64(fs.Bsize), nil //nolint:gosec,unconvert // of other types elsewhere; never negative
}

// folderWritable says whether SQLite can make its files beside the database.
func folderWritable(dir string) error {
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}
