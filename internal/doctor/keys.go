package doctor

import (
	"context"
	"errors"
	"slices"
	"time"

	"twofold/internal/app"
	"twofold/internal/keyring"
	"twofold/internal/store"
)

// master reads the master key. A missing one is reported once it is known whether there is a database.
func (d Doctor) master() (keyring.Master, error) {
	key, err := keyring.ReadMaster(d.config.MasterKeyFile)
	if errors.Is(err, keyring.ErrNoMaster) {
		return key, err
	}
	if err != nil {
		d.fail("master key", "%v. Put the right file at the path in TWOFOLD_MASTER_KEY_FILE.", err)
		return key, err
	}
	for _, file := range app.ExposedMasterKey(d.config) {
		d.warn("master key", "%s can be read by others (%04o). Run: chmod 600 %[1]s", file.Path, file.Mode)
	}
	return key, nil
}

// keys checks the keys in the database. Without a master key they cannot be read.
func (d Doctor) keys(ctx context.Context, db *store.DB, master keyring.Master, masterErr error) {
	stored := store.Keys{DB: db}
	if masterErr != nil {
		if errors.Is(masterErr, keyring.ErrNoMaster) {
			d.fail("master key", "%s does not exist, but the database was created with a master key. Put it back, or set TWOFOLD_MASTER_KEY_FILE to it; no other key can decrypt the secrets.", d.config.MasterKeyFile)
		}
		return
	}
	switch err := keyring.Check(ctx, stored, master); {
	case errors.Is(err, keyring.ErrNoKeys):
		d.warn("master key", "the database has no keys yet: twofold serve creates them.")
		return
	case err != nil:
		d.fail("master key", "%v. Set TWOFOLD_MASTER_KEY_FILE to the key that the database was created with.", err)
		return
	}
	d.ok("master key", "%s decrypts the database's keys", d.config.MasterKeyFile)
	d.signing(ctx, stored)
}

// signing checks the keys that sign step-up tokens.
func (d Doctor) signing(ctx context.Context, stored store.Keys) {
	keys, err := stored.SigningKeys(ctx)
	signing := slices.IndexFunc(keys, func(k keyring.SealedKey) bool { return k.Active() })
	if err != nil || signing < 0 {
		d.fail("signing keys", "no active key can be read: %v. twofold migrate creates one.", err)
		return
	}
	age := d.Now().Sub(keys[signing].ActivatedAt)
	if age < -maxClockDrift {
		d.warn("signing keys", "the active key was created %s ahead of this machine's clock. Synchronize it with NTP.", (-age).Round(time.Second))
		return
	}
	if limits := d.config.Keys; age > limits.SigningLifetime+limits.SigningLead && !d.rotation(keys) {
		d.warn("signing keys", "the active key is %d days old, and should have had a successor after %d (TWOFOLD_SIGNING_KEY_LIFETIME): no server has run since, or rotation fails. Start twofold serve, which publishes a successor within seconds; if it runs, its log says why key rotation failed.",
			int(age/day), int(limits.SigningLifetime/day))
		return
	}
	d.ok("signing keys", "%d keys; the active one is %d days old", len(keys), int(age/day))
}

// rotation reports whether the next key is published and not due yet: a running server will activate it.
func (d Doctor) rotation(keys []keyring.SealedKey) bool {
	return slices.ContainsFunc(keys, func(k keyring.SealedKey) bool { return k.Pending() && k.ActivatesAt.After(d.Now()) })
}

const day = 24 * time.Hour
