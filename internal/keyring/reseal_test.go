package keyring_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/session"
	"twofold/internal/store"
)

// fill stores a value of every kind that is encrypted, encrypted by a replica. It returns the number of encrypted values,
// including the signing key.
func fill(t *testing.T, r replica) int {
	t.Helper()
	db := r.db.DB
	must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{ID: "ada", Email: "ada@example.com"}))
	must(t, store.Sessions{DB: db}.Insert(ctx, session.Session{ID: "s", AccountID: "ada"}, [32]byte{1}))
	for _, id := range []string{"phone", "tablet"} {
		must(t, store.Methods{DB: db}.InsertMethod(ctx, mfa.Method{ID: id, AccountID: "ada", Name: id, SealedKey: sealedBy(t, r, "ada", id)}))
	}
	must(t, store.Methods{DB: db}.ReplaceEnrollment(ctx, mfa.Enrollment{ID: "e", AccountID: "ada", SessionID: "s", SealedKey: sealedBy(t, r, "ada", "e")}))
	must(t, store.Outbox{DB: db}.Insert(ctx, notify.Message{ID: "m", AccountID: "ada", Sealed: sealedBy(t, r, "ada", "m")}))
	must(t, store.Outbox{DB: db}.Insert(ctx, notify.Message{ID: "sent", AccountID: "ada", Sealed: []byte{}, SentAt: noon}))
	must(t, store.Resets{DB: db}.Insert(ctx, account.ResetRequest{ID: "r", Sealed: sealedBy(t, r, account.ResetSealOwner, "r")}))
	return 6
}

func sealedBy(t *testing.T, r replica, owner, row string) []byte {
	t.Helper()
	sealed, err := r.Ring.Seal([]byte("secret of "+row), owner, row)
	must(t, err)
	return sealed
}

// everything returns all encrypted values, decrypted by a replica, by table and id.
func everything(t *testing.T, r replica) map[string]string {
	t.Helper()
	decrypted := make(map[string]string)
	for _, table := range r.Sealed.SealedTables() {
		all, err := r.Sealed.NotSealedWith(ctx, table, []byte("no key"), "", 1000)
		must(t, err)
		for _, s := range all {
			plain, err := r.Ring.Unseal(ctx, s.Text, s.Owner, s.ID)
			if err != nil {
				t.Errorf("%s %s: %v", table, s.ID, err)
			}
			decrypted[table+" "+s.ID] = string(plain)
		}
	}
	return decrypted
}

// keyPrefixes returns the key prefixes of all encrypted values.
func keyPrefixes(t *testing.T, r replica) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	for _, table := range r.Sealed.SealedTables() {
		prefixes, err := r.Sealed.SealedPrefixes(ctx, table, 5)
		must(t, err)
		for _, p := range prefixes {
			found[string(p)] = true
		}
	}
	return found
}

func TestRotateSealing_ReencryptsEverything(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	one, two := g.start(), g.start()
	want := fill(t, one)
	before, prefixesBefore := everything(t, one), keyPrefixes(t, one)
	n, err := one.RotateSealing(ctx)
	must(t, err)
	if n != want {
		t.Errorf("%d values were reencrypted, want %d", n, want)
	}
	for name, r := range map[string]replica{"the process that rotated": one, "another process": two, "a new process": g.start()} {
		after := everything(t, r)
		if len(after) != want {
			t.Errorf("%s decrypts %d values, want %d", name, len(after), want)
		}
		for id, text := range before {
			if after[id] != text {
				t.Errorf("%s decrypts %s as %q, want %q", name, id, after[id], text)
			}
		}
	}
	now := keyPrefixes(t, one)
	if len(prefixesBefore) != 1 || len(now) != 1 || prefixesBefore[first(now)] {
		t.Errorf("values were encrypted with %q and are with %q now, want one key and then another", first(prefixesBefore), first(now))
	}
	if n, err := one.Reencrypt(ctx); n != 0 || err != nil {
		t.Errorf("a second call reencrypted %d values, %v, want none", n, err)
	}
}

func first(m map[string]bool) string {
	for k := range m {
		return k
	}
	return ""
}

// A process that does not know the new key yet encrypts with the old one. All processes can decrypt that value, and the next
// round reencrypts it.
func TestRotateSealing_LaggingProcess(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	one, two := g.start(), g.start()
	fill(t, one)
	_, err := one.RotateSealing(ctx)
	must(t, err)
	must(t, store.Methods{DB: two.db.DB}.InsertMethod(ctx, mfa.Method{
		ID: "late", AccountID: "ada", Name: "late", SealedKey: sealedBy(t, two, "ada", "late"),
	}))
	if got := everything(t, one)["mfa_methods late"]; got != "secret of late" {
		t.Errorf("the other process decrypts it as %q", got)
	}
	if n, err := one.Reencrypt(ctx); n != 1 || err != nil {
		t.Errorf("%d values reencrypted, %v, want one", n, err)
	}
	everything(t, two)
	two.tick(t)
	if s := sealedBy(t, two, "ada", "x"); !keyPrefixes(t, one)[string(s[:5])] {
		t.Error("the process still encrypts with the old key after a tick")
	}
}

func TestRotateSealing_DeletesUnusedKeys(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	r := g.start()
	fill(t, r)
	rotate := func(later time.Duration) []byte {
		t.Helper()
		g.pass(later)
		sample := sealedBy(t, r, "ada", "sample")
		_, err := r.RotateSealing(ctx)
		must(t, err)
		return sample
	}
	decrypts := func(sealed []byte) bool {
		_, err := r.Ring.Unseal(ctx, sealed, "ada", "sample")
		return err == nil
	}
	one := rotate(0)
	two := rotate(time.Hour - time.Microsecond)
	if !decrypts(one) || !decrypts(two) {
		t.Error("a key was deleted within an hour, although a process may still encrypt with it")
	}
	three := rotate(time.Hour)
	if decrypts(one) || decrypts(two) {
		t.Error("unused keys were not deleted")
	}
	if !decrypts(three) {
		t.Error("the key that was just replaced was deleted")
	}
	everything(t, r)
}

func TestRotateSealing_KeepsKeyOfUndecryptableValue(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	r := g.start()
	var log bytes.Buffer
	r.Log = slog.New(slog.NewTextHandler(&log, nil))
	want := fill(t, r)
	sample := sealedBy(t, r, "ada", "sample")
	broken := sealedBy(t, r, "bob", "broken") // bound to another account
	must(t, store.Methods{DB: r.db.DB}.InsertMethod(ctx, mfa.Method{ID: "broken", AccountID: "ada", Name: "broken", SealedKey: broken}))
	for range 3 {
		n, err := r.RotateSealing(ctx)
		if !errors.Is(err, keyring.ErrUndecryptable) || n < want {
			t.Errorf("got %d, %v, want all others reencrypted and ErrUndecryptable", n, err)
		}
		g.pass(2 * time.Hour)
	}
	if _, err := r.Ring.Unseal(ctx, sample, "ada", "sample"); err != nil {
		t.Errorf("the key of the undecryptable value was deleted: %v", err)
	}
	methods, err := store.Methods{DB: r.db.DB}.Methods(ctx, "ada")
	must(t, err)
	for _, m := range methods {
		if m.ID == "broken" && !bytes.Equal(m.SealedKey, broken) {
			t.Error("the undecryptable value was changed")
		}
	}
	if !strings.Contains(log.String(), "table=mfa_methods id=broken") {
		t.Errorf("the log does not name the undecryptable value:\n%s", log.String())
	}
}

func TestRotateSealing_ConcurrentRotations(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, rotateSealingConcurrently)
}

func rotateSealingConcurrently(t *testing.T, url string) {
	g := newGroupAt(t, url)
	replicas := []replica{g.start(), g.start(), g.start(), g.start()}
	want := fill(t, replicas[0])
	var all sync.WaitGroup
	for _, r := range replicas {
		all.Go(func() {
			if _, err := r.RotateSealing(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, r := range replicas {
		if n := len(everything(t, r)); n != want {
			t.Errorf("process %d decrypts %d values, want %d", i, n, want)
		}
	}
	if n := len(keyPrefixes(t, replicas[0])); n != 1 {
		t.Errorf("values are encrypted with %d keys in the end, want one", n)
	}
}

// changingStore is a SealedStore in which the enrollment changes after it was read.
type changingStore struct {
	keyring.SealedStore
	change func()
}

func (c changingStore) Reencrypt(ctx context.Context, table string, was keyring.SealedRow, text []byte) (bool, error) {
	if was.ID == "e" {
		c.change()
	}
	return c.SealedStore.Reencrypt(ctx, table, was, text)
}

func TestReencrypt_ConcurrentChangeWins(t *testing.T) {
	t.Parallel()
	r := newGroup(t).start()
	fill(t, r)
	var once sync.Once
	r.Sealed = changingStore{r.Sealed, func() {
		once.Do(func() {
			sealed, err := r.Ring.Seal([]byte("another secret"), "ada", "e")
			must(t, err)
			must(t, store.Methods{DB: r.db.DB}.ReplaceEnrollment(ctx, mfa.Enrollment{ID: "e", AccountID: "ada", SessionID: "s", SealedKey: sealed}))
		})
	}}
	_, err := r.RotateSealing(ctx)
	must(t, err)
	if got := everything(t, r)["enrollments e"]; got != "another secret" {
		t.Errorf("the enrollment is %q, want the concurrent change", got)
	}
}

// stoppingStore is a SealedStore that fails after a number of writes.
type stoppingStore struct {
	keyring.SealedStore
	left *int
}

func (s stoppingStore) Reencrypt(ctx context.Context, table string, was keyring.SealedRow, text []byte) (bool, error) {
	if *s.left--; *s.left < 0 {
		return false, errFails
	}
	return s.SealedStore.Reencrypt(ctx, table, was, text)
}

func TestReencrypt_ContinuesInterruptedRotation(t *testing.T) {
	t.Parallel()
	r := newGroup(t).start()
	want := fill(t, r)
	sealed := r.Sealed
	for done := range want {
		left := 1
		r.Sealed = stoppingStore{sealed, &left}
		var n int
		var err error
		if done == 0 {
			n, err = r.RotateSealing(ctx)
		} else {
			n, err = r.Reencrypt(ctx)
		}
		if done < want-1 && !errors.Is(err, errFails) || n != 1 {
			t.Errorf("stop %d: got %d, %v, want one value reencrypted and the store's error", done, n, err)
		}
		r.Sealed = sealed
		everything(t, r)
	}
	if n, err := r.Reencrypt(ctx); n != 0 || err != nil {
		t.Errorf("%d values were left at the end, %v", n, err)
	}
}
