package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/store"
)

// master reads the master key. One that is missing is told once it is known whether there is a database.
func (d Doctor) master() (keyring.Master, error) {
	path := d.config.MasterKeyFile
	key, err := keyring.ReadMaster(path)
	if errors.Is(err, keyring.ErrNoMaster) {
		return key, err
	}
	if err != nil {
		d.fail("master key", "%v. Put the right file where TWOFOLD_MASTER_KEY_FILE points.", err)
		return key, err
	}
	if mode := modeOf(path); mode&0o077 != 0 && !sharedKeys(path) {
		d.warn("master key", "%s is open to others (%04o). Type: chmod 600 %[1]s", path, mode)
	}
	return key, nil
}

func modeOf(path string) os.FileMode {
	file, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" { // there it says nothing
		return 0
	}
	return file.Mode().Perm()
}

// sharedKeys says whether systemd or a container engine put the file there, for this process alone, with a mode of their
// own.
func sharedKeys(path string) bool {
	path, err := filepath.Abs(path)
	return err == nil && (strings.HasPrefix(path, "/run/secrets/") || strings.HasPrefix(path, "/run/credentials/"))
}

// keys looks at what lies sealed in the database. Without a master key it stays closed.
func (d Doctor) keys(ctx context.Context, db *store.DB, master keyring.Master, keyless error) {
	kept := store.Keys{DB: db}
	if keyless != nil {
		if errors.Is(keyless, keyring.ErrNoMaster) {
			d.fail("master key", "there is none at %s, and the database was made with one. Put it back, or point TWOFOLD_MASTER_KEY_FILE at it; nothing else opens what is sealed.", d.config.MasterKeyFile)
		}
		return
	}
	switch err := keyring.Check(ctx, kept, master); {
	case errors.Is(err, keyring.ErrNoKeys):
		d.warn("master key", "the database has no keys yet: twofold serve makes them.")
		return
	case err != nil:
		d.fail("master key", "%v. Point TWOFOLD_MASTER_KEY_FILE at the one that the database was made with.", err)
		return
	}
	d.ok("master key", "%s opens what is sealed in the database", d.config.MasterKeyFile)
	d.signing(ctx, kept)
}

// signing looks at the keys that step-up tokens are signed with.
func (d Doctor) signing(ctx context.Context, kept store.Keys) {
	keys, err := kept.SigningKeys(ctx)
	signing := slices.IndexFunc(keys, func(k keyring.SealedKey) bool { return k.Active() })
	if err != nil || signing < 0 {
		d.fail("signing keys", "there is none that signs and can be read: %v. twofold migrate makes one.", err)
		return
	}
	age := d.Now().Sub(keys[signing].ActivatedAt)
	if age < -maxClockDrift {
		d.warn("signing keys", "the one that signs was made %s ahead of this machine's clock, by another clock. Let an NTP client keep it.", (-age).Round(time.Second))
		return
	}
	if limits := d.config.Keys; age > limits.SigningLifetime+limits.SigningLead && !d.rotation(keys) {
		d.warn("signing keys", "the one that signs is %d days old, and should have had a successor after %d (TWOFOLD_SIGNING_KEY_LIFETIME): nothing has served since, or cannot change keys. Start twofold serve, which publishes one within seconds; where it runs, its log says why the keys do not go on.",
			int(age/day), int(limits.SigningLifetime/day))
		return
	}
	d.ok("signing keys", "%d, the one that signs %d days old", len(keys), int(age/day))
}

// rotation says whether the next key is published and its time has not come: what serves will let it begin.
func (d Doctor) rotation(keys []keyring.SealedKey) bool {
	return slices.ContainsFunc(keys, func(k keyring.SealedKey) bool { return k.Pending() && k.ActivatesAt.After(d.Now()) })
}

const day = 24 * time.Hour
