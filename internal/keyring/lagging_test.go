package keyring_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/internal/keyring"
)

// countingStore counts reads of the keyset.
type countingStore struct {
	keyring.Store
	reads *int
}

func (c countingStore) SealedKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	*c.reads++
	return c.Store.SealedKeyset(ctx)
}

func TestUnseal_UnknownKeyReloadsOncePerSecond(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	reads := 0
	one := g.start()
	ring, err := keyring.Open(ctx, countingStore{one.db, &reads}, g.master, g.Now)
	must(t, err)
	foreign, err := newGroup(t).start().Ring.Seal([]byte("x"), "ada", "1")
	must(t, err)
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {0, 0}, {time.Second - 1, 0}, {1, 1}, {0, 0}, {-time.Hour, 1}} {
		g.pass(step.pass)
		reads = 0
		if _, err := ring.Unseal(ctx, foreign, "ada", "1"); err == nil {
			t.Error("a value of another server was decrypted")
		}
		if reads != step.want {
			t.Errorf("%v later: %d reads, want %d", step.pass, reads, step.want)
		}
	}
	_, err = one.RotateSealing(ctx)
	must(t, err)
	if _, err := ring.Unseal(ctx, sealedBy(t, one, "ada", "1"), "ada", "1"); err != nil {
		t.Errorf("value encrypted with a new key: %v; an unknown key before must not prevent the reload", err)
	}
}

func TestReload_OtherMasterKey(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	one, running := g.start(), g.start()
	fill(t, one)
	var log bytes.Buffer
	running.Log = slog.New(slog.NewTextHandler(&log, nil))
	file := filepath.Join(t.TempDir(), "new.key")
	to, err := keyring.CreateMaster(file)
	must(t, err)
	must(t, one.Rewrap(ctx, to))
	if err := keyring.Check(ctx, one.db, g.master); !errors.Is(err, keyring.ErrWrongMaster) {
		t.Errorf("previous master key: got %v, want ErrWrongMaster", err)
	}

	running.tick(t)
	everything(t, running)
	if _, err := running.Ring.Public(ctx); err != nil {
		t.Errorf("running process: %v", err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "another master key") {
		t.Errorf("no warning that the process must be restarted:\n%s", log.String())
	}
	g.pass(lifetime)
	running.tick(t)
	if n := len(running.Ring.Keys()); n != 1 {
		t.Errorf("%d keys: the process must not create keys under the old master key", n)
	}

	g.master = to
	fresh := g.start()
	everything(t, fresh)
	fresh.tick(t)
	running.tick(t)
	if kid, _ := running.Ring.SigningKey(); kid != fresh.Ring.Keys()[0].KID {
		t.Error("the running process does not use the new key of the other")
	}
	if fmt.Sprint(fresh.Ring.Keys()) != fmt.Sprint(running.Ring.Keys()) {
		t.Errorf("the processes have %v and %v", fresh.Ring.Keys(), running.Ring.Keys())
	}
}

// slowStore is a store whose first read of the signing keys returns late.
type slowStore struct {
	keyring.Store
	reading, proceed chan struct{}
}

func (s slowStore) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	keys, err := s.Store.SigningKeys(ctx)
	select {
	case s.reading <- struct{}{}:
		<-s.proceed
	default:
	}
	return keys, err
}

func TestReload_LateReadingLoses(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	other := g.start()
	store := slowStore{other.db, make(chan struct{}), make(chan struct{})}
	ring, err := keyring.Open(ctx, store, g.master, g.Now)
	must(t, err)
	late := make(chan error, 1)
	go func() { late <- ring.Reload(ctx) }()
	<-store.reading // its result is outdated from here on
	signs, err := other.RevokeAll(ctx)
	must(t, err)
	must(t, ring.Reload(ctx))
	close(store.proceed)
	must(t, <-late)
	if kid, _ := ring.SigningKey(); kid != signs.KID {
		t.Error("the outdated read replaced the newer one")
	}
}
