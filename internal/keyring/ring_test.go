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
	return databaseAt(t, file(t))
}

// file is the URL of an empty file or, where the run is about PostgreSQL, of an empty database there.
func file(t *testing.T) string {
	t.Helper()
	if pgserver.Enabled() {
		return pgserver.Database(t)
	}
	return "sqlite:" + filepath.Join(t.TempDir(), "twofold.db")
}

// everywhere runs a test of what happens at once over a file and over PostgreSQL, which see different things meanwhile.
func everywhere(t *testing.T, do func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(t *testing.T) string{
		"a file": file, "PostgreSQL": func(t *testing.T) string { t.Helper(); return pgserver.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do(t, url(t))
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

// kept is every key as it lies in the database.
func kept(t *testing.T, db keyring.Store) []keyring.SealedKey {
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
	before := kept(t, db)
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
		t.Errorf("signing key is %s after opening again, was %s", two, one)
	}
	if diff := cmp.Diff(before, kept(t, db)); diff != "" {
		t.Errorf("opening again changed what is kept:\n%s", diff)
	}
}

func TestOpen_OtherMasterKeyChangesNothing(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	openRing(t, db, newMaster(t))
	before := kept(t, db)
	stranger := newMaster(t)
	if _, err := keyring.Open(ctx, db, stranger, atNoon); !errors.Is(err, keyring.ErrWrongMaster) {
		t.Errorf("Open: got %v, want ErrWrongMaster", err)
	}
	if err := keyring.Check(ctx, db, stranger); !errors.Is(err, keyring.ErrWrongMaster) {
		t.Errorf("Fits: got %v, want ErrWrongMaster", err)
	}
	if diff := cmp.Diff(before, kept(t, db)); diff != "" {
		t.Errorf("a wrong master key changed what is kept:\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	db, master := newDatabase(t), newMaster(t)
	if err := keyring.Check(ctx, db, master); !errors.Is(err, keyring.ErrNoKeys) {
		t.Errorf("a database without keys: got %v, want ErrNone", err)
	}
	if _, err := db.SealedKeyset(ctx); !errors.Is(err, keyring.ErrNoKeys) {
		t.Errorf("asking made keys: %v", err)
	}
	openRing(t, db, master)
	if err := keyring.Check(ctx, db, master); err != nil {
		t.Errorf("the right master: %v", err)
	}
}

func TestOpen_ConcurrentProcessesAgree(t *testing.T) {
	t.Parallel()
	everywhere(t, openAtOnce)
}

func openAtOnce(t *testing.T, url string) {
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
			t.Errorf("process %d cannot open what the first sealed: %v", i, err)
		}
	}
	if keys := kept(t, databases[0]); len(keys) != 2 {
		t.Errorf("%d keys are kept, want one keyset and one signing key", len(keys))
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
	for outcome, c := range map[string]struct {
		ring       *keyring.Ring
		sealed     []byte
		owner, row string
		opens      bool
	}{
		"its own place opens":                                {ring, ada, "ada", "1", true},
		"another owner does not":                             {ring, ada, "bob", "1", false},
		"another row does not":                               {ring, ada, "ada", "2", false},
		"swapped with bob's does not":                        {ring, bob, "ada", "1", false},
		"moved over the edge between owner and row does not": {ring, seal("a", "da1"), "ad", "a1", false},
		"one changed bit does not":                           {ring, flipped, "ada", "1", false},
		"a part does not":                                    {ring, ada[:len(ada)-1], "ada", "1", false},
		"nothing does not":                                   {ring, nil, "ada", "1", false},
		"another server's does not":                          {other, ada, "ada", "1", false},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			plain, err := c.ring.Unseal(ctx, c.sealed, c.owner, c.row)
			if (err == nil) != c.opens {
				t.Errorf("got %q, %v", plain, err)
			}
			if err != nil && plain != nil {
				t.Errorf("an error came with %q", plain)
			}
		})
	}
	if bytes.Contains(ada, []byte("the key of")) || bytes.Equal(ada, seal("ada", "1")) {
		t.Error("what is sealed can be read, or is the same twice")
	}
}

func TestOpen_SigningKeyUnderOtherID(t *testing.T) {
	t.Parallel()
	db, master := newDatabase(t), newMaster(t)
	openRing(t, db, master)
	key := kept(t, db)[0]
	key.KID = "another"
	if err := db.InsertSigningKey(ctx, key); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(ctx, db, master, atNoon); err == nil {
		t.Error("a key under an id that is not its own was taken")
	}
}

// failing is a store that fails at one place.
type failing struct {
	keyring.Store
	at string
}

var errFails = errors.New("the store fails")

func (f failing) fail(at string) error {
	if f.at == at {
		return errFails
	}
	return nil
}

func (f failing) InTx(ctx context.Context, do func(context.Context) error) error {
	if err := f.fail("begin"); err != nil {
		return err
	}
	return f.Store.InTx(ctx, do)
}

func (f failing) SealedKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	if err := f.fail("keyset"); err != nil {
		return keyring.SealedKeyset{}, err
	}
	return f.Store.SealedKeyset(ctx)
}

func (f failing) InsertSealedKeyset(ctx context.Context, k keyring.SealedKeyset) error {
	if err := f.fail("insert keyset"); err != nil {
		return err
	}
	return f.Store.InsertSealedKeyset(ctx, k)
}

func (f failing) LockKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	if err := f.fail("lock"); err != nil {
		return keyring.SealedKeyset{}, err
	}
	return f.Store.LockKeyset(ctx)
}

func (f failing) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	if err := f.fail("keys"); err != nil {
		return nil, err
	}
	return f.Store.SigningKeys(ctx)
}

func (f failing) InsertSigningKey(ctx context.Context, k keyring.SealedKey) error {
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
			ring, err := keyring.Open(ctx, failing{db, at}, master, atNoon)
			if !errors.Is(err, errFails) || ring != nil {
				t.Errorf("got %v, %v, want the store's error", ring, err)
			}
			openRing(t, db, master) // and nothing half-made is in the way
		})
	}
}
