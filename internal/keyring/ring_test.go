package keyring_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/keyring"
	"twofold/internal/store"
	"twofold/internal/test/pgserver"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func atNoon() time.Time { return noon }

func newDatabase(t *testing.T) store.Keys {
	t.Helper()
	return databaseAt(t, emptyDatabase(t))
}

// emptyDatabase returns the URL of an empty SQLite file or, if the tests run on PostgreSQL, of an empty database there.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	if pgserver.Enabled() {
		return pgserver.Database(t)
	}
	return "sqlite:" + filepath.Join(t.TempDir(), "twofold.db")
}

// onEachDatabase runs a concurrency test on SQLite and on PostgreSQL, because their isolation differs.
func onEachDatabase(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite": emptyDatabase, "PostgreSQL": func(t *testing.T) string { t.Helper(); return pgserver.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, url(t))
		})
	}
}

func databaseAt(t *testing.T, url string) store.Keys {
	t.Helper()
	db, err := store.Open(url, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return store.Keys{DB: db}
}

func newMaster(t *testing.T) keyring.Master {
	t.Helper()
	master, err := keyring.CreateMaster(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return master
}

func openRing(t *testing.T, db keyring.Store, master keyring.Master) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(ctx, db, master, atNoon)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// storedKeys returns every key as it is stored in the database.
func storedKeys(t *testing.T, db keyring.Store) []keyring.SealedKey {
	t.Helper()
	keys, err := db.SigningKeys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	keyset, err := db.SealedKeyset(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return append(keys, keyring.SealedKey{Key: keyring.Key{KID: "keyset"}, Sealed: keyset.Sealed})
}

func TestOpen_SameMasterKey(t *testing.T) {
	t.Parallel()
	db, master := newDatabase(t), newMaster(t)
	first := openRing(t, db, master)
	before := storedKeys(t, db)
	sealed, err := first.Seal([]byte("key"), "ada", "method")
	if err != nil {
		t.Fatal(err)
	}
	again := openRing(t, db, master)
	if plain, err := again.Unseal(ctx, sealed, "ada", "method"); err != nil || string(plain) != "key" {
		t.Errorf("got %q, %v", plain, err)
	}
	one, _ := first.SigningKey()
	two, _ := again.SigningKey()
	if one != two {
		t.Errorf("the signing key is %s after reopening, was %s", two, one)
	}
	if diff := cmp.Diff(before, storedKeys(t, db)); diff != "" {
		t.Errorf("reopening changed the stored keys:\n%s", diff)
	}
}

func TestOpen_OtherMasterKeyChangesNothing(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	openRing(t, db, newMaster(t))
	before := storedKeys(t, db)
	otherMaster := newMaster(t)
	if _, err := keyring.Open(ctx, db, otherMaster, atNoon); !errors.Is(err, keyring.ErrWrongMaster) {
		t.Errorf("Open: got %v, want ErrWrongMaster", err)
	}
	if err := keyring.Check(ctx, db, otherMaster); !errors.Is(err, keyring.ErrWrongMaster) {
		t.Errorf("Check: got %v, want ErrWrongMaster", err)
	}
	if diff := cmp.Diff(before, storedKeys(t, db)); diff != "" {
		t.Errorf("a wrong master key changed the stored keys:\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	db, master := newDatabase(t), newMaster(t)
	if err := keyring.Check(ctx, db, master); !errors.Is(err, keyring.ErrNoKeys) {
		t.Errorf("database without keys: got %v, want ErrNoKeys", err)
	}
	if _, err := db.SealedKeyset(ctx); !errors.Is(err, keyring.ErrNoKeys) {
		t.Errorf("Check created keys: %v", err)
	}
	openRing(t, db, master)
	if err := keyring.Check(ctx, db, master); err != nil {
		t.Errorf("correct master key: %v", err)
	}
}

func TestOpen_ConcurrentProcessesAgree(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, openConcurrently)
}

func openConcurrently(t *testing.T, url string) {
	master := newMaster(t)
	databases := make([]store.Keys, 6)
	for i := range databases {
		databases[i] = databaseAt(t, url)
	}
	rings := make([]*keyring.Ring, len(databases))
	var done sync.WaitGroup
	start := make(chan struct{})
	for i := range rings {
		done.Go(func() {
			<-start
			var err error
			if rings[i], err = keyring.Open(ctx, databases[i], master, atNoon); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		})
	}
	close(start)
	done.Wait()
	if t.Failed() {
		return
	}
	want, _ := rings[0].SigningKey()
	sealed, err := rings[0].Seal([]byte("key"), "ada", "method")
	if err != nil {
		t.Fatal(err)
	}
	for i, ring := range rings {
		if got, _ := ring.SigningKey(); got != want {
			t.Errorf("process %d signs with %s, the first with %s", i, got, want)
		}
		if _, err := ring.Unseal(ctx, sealed, "ada", "method"); err != nil {
			t.Errorf("process %d cannot decrypt a value of the first: %v", i, err)
		}
	}
	if keys := storedKeys(t, databases[0]); len(keys) != 2 {
		t.Errorf("%d keys are stored, want one keyset and one signing key", len(keys))
	}
}

func TestUnseal_BoundToOwnerAndRow(t *testing.T) {
	t.Parallel()
	ring, other := openRing(t, newDatabase(t), newMaster(t)), openRing(t, newDatabase(t), newMaster(t))
	seal := func(owner, row string) []byte {
		sealed, err := ring.Seal([]byte("the key of "+owner), owner, row)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	ada, bob := seal("ada", "1"), seal("bob", "2")
	flipped := bytes.Clone(ada)
	flipped[len(flipped)-1] ^= 1
	for name, c := range map[string]struct {
		ring       *keyring.Ring
		sealed     []byte
		owner, row string
		decrypts   bool
	}{
		"own place":                       {ring, ada, "ada", "1", true},
		"other owner":                     {ring, ada, "bob", "1", false},
		"other row":                       {ring, ada, "ada", "2", false},
		"swapped with bob's":              {ring, bob, "ada", "1", false},
		"boundary of owner and row moved": {ring, seal("a", "da1"), "ad", "a1", false},
		"one bit changed":                 {ring, flipped, "ada", "1", false},
		"truncated":                       {ring, ada[:len(ada)-1], "ada", "1", false},
		"empty":                           {ring, nil, "ada", "1", false},
		"other server's key":              {other, ada, "ada", "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain, err := c.ring.Unseal(ctx, c.sealed, c.owner, c.row)
			if (err == nil) != c.decrypts {
				t.Errorf("got %q, %v", plain, err)
			}
			if err != nil && plain != nil {
				t.Errorf("returned %q with an error", plain)
			}
		})
	}
	if bytes.Contains(ada, []byte("the key of")) || bytes.Equal(ada, seal("ada", "1")) {
		t.Error("the ciphertext contains the plaintext, or is the same twice")
	}
}

func TestOpen_SigningKeyUnderOtherID(t *testing.T) {
	t.Parallel()
	db, master := newDatabase(t), newMaster(t)
	openRing(t, db, master)
	key := storedKeys(t, db)[0]
	key.KID = "another"
	if err := db.InsertSigningKey(ctx, key); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(ctx, db, master, atNoon); err == nil {
		t.Error("a key with another key's id was accepted")
	}
}

// failingStore is a store that fails at one call.
type failingStore struct {
	keyring.Store
	at string
}

var errFails = errors.New("the store fails")

func (f failingStore) fail(at string) error {
	if f.at == at {
		return errFails
	}
	return nil
}

func (f failingStore) InTx(ctx context.Context, do func(context.Context) error) error {
	if err := f.fail("begin"); err != nil {
		return err
	}
	return f.Store.InTx(ctx, do)
}

func (f failingStore) SealedKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	if err := f.fail("keyset"); err != nil {
		return keyring.SealedKeyset{}, err
	}
	return f.Store.SealedKeyset(ctx)
}

func (f failingStore) InsertSealedKeyset(ctx context.Context, k keyring.SealedKeyset) error {
	if err := f.fail("insert keyset"); err != nil {
		return err
	}
	return f.Store.InsertSealedKeyset(ctx, k)
}

func (f failingStore) LockKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	if err := f.fail("lock"); err != nil {
		return keyring.SealedKeyset{}, err
	}
	return f.Store.LockKeyset(ctx)
}

func (f failingStore) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	if err := f.fail("keys"); err != nil {
		return nil, err
	}
	return f.Store.SigningKeys(ctx)
}

func (f failingStore) InsertSigningKey(ctx context.Context, k keyring.SealedKey) error {
	if err := f.fail("insert key"); err != nil {
		return err
	}
	return f.Store.InsertSigningKey(ctx, k)
}

func TestOpen_StoreErrorCreatesNoKeys(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"begin", "keyset", "insert keyset", "lock", "keys", "insert key"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			db, master := newDatabase(t), newMaster(t)
			ring, err := keyring.Open(ctx, failingStore{db, at}, master, atNoon)
			if !errors.Is(err, errFails) || ring != nil {
				t.Errorf("got %v, %v, want the store's error", ring, err)
			}
			openRing(t, db, master) // no partial data was left
		})
	}
}
