package app

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"twofold/internal/config"
	"twofold/internal/store"
)

// ExposedFile is a file with secrets whose mode lets other users of the machine read or change it.
type ExposedFile struct {
	Path string
	Mode fs.FileMode
}

// ExposedMasterKey returns the master key file if it is exposed, and none if systemd or a container engine mounted it, for this
// process alone and with its own mode.
func ExposedMasterKey(c config.Config) []ExposedFile {
	path, err := filepath.Abs(c.MasterKeyFile)
	if err == nil && (strings.HasPrefix(path, "/run/secrets/") || strings.HasPrefix(path, "/run/credentials/")) {
		return nil
	}
	return exposed(c.MasterKeyFile)
}

// ExposedDatabase returns the files of an SQLite database that are exposed. Twofold creates them for their owner alone, but a
// copy that was put in their place has another mode, and SQLite gives that to the write-ahead log too.
func ExposedDatabase(c config.Config) []ExposedFile {
	path, err := store.Path(c.DatabaseURL)
	if err != nil {
		return nil
	}
	return exposed(path, path+"-wal", path+"-shm")
}

func exposed(paths ...string) (found []ExposedFile) {
	if runtime.GOOS == "windows" { // modes have no meaning there
		return nil
	}
	for _, path := range paths {
		if file, err := os.Stat(path); err == nil && file.Mode()&0o077 != 0 {
			found = append(found, ExposedFile{path, file.Mode().Perm()})
		}
	}
	return found
}

// warnExposed logs a warning for each exposed file.
func (a *App) warnExposed() {
	for _, file := range append(ExposedMasterKey(a.config), ExposedDatabase(a.config)...) {
		a.options.Log.Warn("file is accessible to other users", "file", file.Path, "mode", fmt.Sprintf("%04o", file.Mode), "fix", "chmod 600 "+file.Path)
	}
}
