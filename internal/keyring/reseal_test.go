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

// fill keeps one of everything that is sealed, sealed by a replica, and answers how much that is with the signing key.
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

// everything is what lies sealed, by place and id, as a replica opens it.
func everything(t *testing.T, r replica) map[string]string {
	t.Helper()
	opened := make(map[string]string)
	for _, place := range r.Sealed.SealedTables() {
		all, err := r.Sealed.NotSealedWith(ctx, place, []byte("nobody"), "", 1000)
		must(t, err)
		for _, s := range all {
			plain, err := r.Ring.Unseal(ctx, s.Text, s.Owner, s.ID)
			if err != nil {
				t.Errorf("%s %s: %v", place, s.ID, err)
			}
			opened[place+" "+s.ID] = string(plain)
		}
	}
	return opened
}

// sealers are the prefixes of what lies sealed.
func sealers(t *testing.T, r replica) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	for _, place := range r.Sealed.SealedTables() {
		prefixes, err := r.Sealed.SealedPrefixes(ctx, place, 5)
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
	before, old := everything(t, one), sealers(t, one)
	n, err := one.RotateSealing(ctx)
	must(t, err)
	if n != want {
		t.Errorf("%d things were sealed anew, want %d", n, want)
	}
	for name, r := range map[string]replica{"the one that rotated": one, "another process": two, "one that starts": g.start()} {
		after := everything(t, r)
		if len(after) != want {
			t.Errorf("%s opens %d things, want %d", name, len(after), want)
		}
		for what, text := range before {
			if after[what] != text {
				t.Errorf("%s opens %s as %q, want %q", name, what, after[what], text)
			}
		}
	}
	now := sealers(t, one)
	if len(old) != 1 || len(now) != 1 || old[first(now)] {
		t.Errorf("things were sealed with %q and are with %q, want one key and then one other", first(old), first(now))
	}
	if n, err := one.Reencrypt(ctx); n != 0 || err != nil {
		t.Errorf("sealing anew once more: %d, %v, want nothing to do", n, err)
	}
}

func first(m map[string]bool) string {
	for k := range m {
		return k
	}
	return ""
}

// What a process seals that has not heard of the new key yet is opened by all, and sealed anew by the next round.
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
		t.Errorf("the other process opens it as %q", got)
	}
	if n, err := one.Reencrypt(ctx); n != 1 || err != nil {
		t.Errorf("%d sealed anew, %v, want the one", n, err)
	}
	everything(t, two)
	two.tick(t)
	if s := sealedBy(t, two, "ada", "x"); !sealers(t, one)[string(s[:5])] {
		t.Error("a tick later the process still seals with the old key")
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
	opens := func(sealed []byte) bool {
		_, err := r.Ring.Unseal(ctx, sealed, "ada", "sample")
		return err == nil
	}
	one := rotate(0)
	two := rotate(time.Hour - time.Microsecond)
	if !opens(one) || !opens(two) {
		t.Error("a key went before an hour was over: a process might still have sealed with it")
	}
	three := rotate(time.Hour)
	if opens(one) || opens(two) {
		t.Error("keys that seal nothing are still there")
	}
	if !opens(three) {
		t.Error("the key went that sealed until a moment ago")
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
	broken := sealedBy(t, r, "bob", "broken") // for somebody else
	must(t, store.Methods{DB: r.db.DB}.InsertMethod(ctx, mfa.Method{ID: "broken", AccountID: "ada", Name: "broken", SealedKey: broken}))
	for range 3 {
		n, err := r.RotateSealing(ctx)
		if !errors.Is(err, keyring.ErrUndecryptable) || n < want {
			t.Errorf("got %d, %v, want all others sealed anew and ErrUnreadable", n, err)
		}
		g.pass(2 * time.Hour)
	}
	if _, err := r.Ring.Unseal(ctx, sample, "ada", "sample"); err != nil {
		t.Errorf("the key of what could not be opened is gone: %v", err)
	}
	methods, err := store.Methods{DB: r.db.DB}.Methods(ctx, "ada")
	must(t, err)
	for _, m := range methods {
		if m.ID == "broken" && !bytes.Equal(m.SealedKey, broken) {
			t.Error("what could not be opened was changed")
		}
	}
	if !strings.Contains(log.String(), "table=mfa_methods id=broken") {
		t.Errorf("the log does not name it:\n%s", log.String())
	}
}

func TestRotateSealing_ConcurrentRotations(t *testing.T) {
	t.Parallel()
	everywhere(t, rotateSealingAtOnce)
}

func rotateSealingAtOnce(t *testing.T, url string) {
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
			t.Errorf("process %d opens %d things, want %d", i, n, want)
		}
	}
	if n := len(sealers(t, replicas[0])); n != 1 {
		t.Errorf("things are sealed with %d keys in the end, want the newest", n)
	}
}

// changing is an archive in which a thing changes after it was read.
type changing struct {
	keyring.SealedStore
	change func()
}

func (c changing) Reencrypt(ctx context.Context, place string, was keyring.SealedRow, text []byte) (bool, error) {
	if was.ID == "e" {
		c.change()
	}
	return c.SealedStore.Reencrypt(ctx, place, was, text)
}

func TestReencrypt_ConcurrentChangeWins(t *testing.T) {
	t.Parallel()
	r := newGroup(t).start()
	fill(t, r)
	var once sync.Once
	r.Sealed = changing{r.Sealed, func() {
		once.Do(func() {
			sealed, err := r.Ring.Seal([]byte("another secret"), "ada", "e")
			must(t, err)
			must(t, store.Methods{DB: r.db.DB}.ReplaceEnrollment(ctx, mfa.Enrollment{ID: "e", AccountID: "ada", SessionID: "s", SealedKey: sealed}))
		})
	}}
	_, err := r.RotateSealing(ctx)
	must(t, err)
	if got := everything(t, r)["enrollments e"]; got != "another secret" {
		t.Errorf("the enrollment reads %q, want what it became", got)
	}
}

// stopping is an archive that fails after some writes.
type stopping struct {
	keyring.SealedStore
	left *int
}

func (s stopping) Reencrypt(ctx context.Context, place string, was keyring.SealedRow, text []byte) (bool, error) {
	if *s.left--; *s.left < 0 {
		return false, errFails
	}
	return s.SealedStore.Reencrypt(ctx, place, was, text)
}

func TestReencrypt_ContinuesInterruptedRotation(t *testing.T) {
	t.Parallel()
	r := newGroup(t).start()
	want := fill(t, r)
	archive := r.Sealed
	for done := range want {
		left := 1
		r.Sealed = stopping{archive, &left}
		var n int
		var err error
		if done == 0 {
			n, err = r.RotateSealing(ctx)
		} else {
			n, err = r.Reencrypt(ctx)
		}
		if done < want-1 && !errors.Is(err, errFails) || n != 1 {
			t.Errorf("stop %d: got %d, %v, want one sealed anew and the store's error", done, n, err)
		}
		r.Sealed = archive
		everything(t, r)
	}
	if n, err := r.Reencrypt(ctx); n != 0 || err != nil {
		t.Errorf("in the end %d were left, %v", n, err)
	}
}
