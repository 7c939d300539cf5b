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

// counting counts readings of the keyset.
type counting struct {
	keyring.Store
	reads *int
}

func (c counting) SealedKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	*c.reads++
	return c.Store.SealedKeyset(ctx)
}

func TestUnseal_UnknownKeyReloadsOncePerSecond(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	reads := 0
	one := g.start()
	ring, err := keyring.Open(ctx, counting{one.db, &reads}, g.master, g.Now)
	must(t, err)
	stranger, err := newGroup(t).start().Ring.Seal([]byte("x"), "ada", "1")
	must(t, err)
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {0, 0}, {time.Second - 1, 0}, {1, 1}, {0, 0}, {-time.Hour, 1}} {
		g.pass(step.pass)
		reads = 0
		if _, err := ring.Unseal(ctx, stranger, "ada", "1"); err == nil {
			t.Error("a stranger's was opened")
		}
		if reads != step.want {
			t.Errorf("%v later: %d readings, want %d", step.pass, reads, step.want)
		}
	}
	_, err = one.RotateSealing(ctx)
	must(t, err)
	if _, err := ring.Unseal(ctx, sealedBy(t, one, "ada", "1"), "ada", "1"); err != nil {
		t.Errorf("what a new key sealed: %v; one that is not there must not hide it", err)
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
		t.Errorf("the master key before: got %v, want ErrWrongMaster", err)
	}

	running.tick(t)
	everything(t, running)
	if _, err := running.Ring.Public(ctx); err != nil {
		t.Errorf("a process that runs: %v", err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "another master key") {
		t.Errorf("nobody says that it must be restarted:\n%s", log.String())
	}
	g.pass(lifetime)
	running.tick(t)
	if n := len(running.Ring.Keys()); n != 1 {
		t.Errorf("%d keys: it must not make any under the old master key", n)
	}

	g.master = to
	fresh := g.start()
	everything(t, fresh)
	fresh.tick(t)
	running.tick(t)
	if kid, _ := running.Ring.SigningKey(); kid != fresh.Ring.Keys()[0].KID {
		t.Error("the process that runs does not follow the other")
	}
	if fmt.Sprint(fresh.Ring.Keys()) != fmt.Sprint(running.Ring.Keys()) {
		t.Errorf("the processes have %v and %v", fresh.Ring.Keys(), running.Ring.Keys())
	}
}

// slow is a store whose first reading of signing keys is answered late.
type slow struct {
	keyring.Store
	reading, answer chan struct{}
}

func (s slow) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	keys, err := s.Store.SigningKeys(ctx)
	select {
	case s.reading <- struct{}{}:
		<-s.answer
	default:
	}
	return keys, err
}

func TestReload_LateReadingLoses(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	other := g.start()
	store := slow{other.db, make(chan struct{}), make(chan struct{})}
	ring, err := keyring.Open(ctx, store, g.master, g.Now)
	must(t, err)
	late := make(chan error, 1)
	go func() { late <- ring.Reload(ctx) }()
	<-store.reading // what it has read is old by now
	signs, err := other.RevokeAll(ctx)
	must(t, err)
	must(t, ring.Reload(ctx))
	close(store.answer)
	must(t, <-late)
	if kid, _ := ring.SigningKey(); kid != signs.KID {
		t.Error("the ring signs with what it read before it read the new key")
	}
}
