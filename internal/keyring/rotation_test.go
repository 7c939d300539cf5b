package keyring_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/keyring"
	"twofold/internal/store"
)

const (
	lifetime = 90 * 24 * time.Hour
	lead     = 24 * time.Hour
	keep     = 25 * time.Hour // another than lead, so that one does not pass for the other
)

// replica is one of several processes over one database.
type replica struct {
	*keyring.Rotation
	db store.Keys
}

// group is a database, its processes, and their clock.
type group struct {
	t      *testing.T
	url    string
	master keyring.Master

	mu  sync.Mutex
	now time.Time
}

func newGroup(t *testing.T) *group {
	t.Helper()
	return newGroupAt(t, file(t))
}

func newGroupAt(t *testing.T, url string) *group {
	t.Helper()
	return &group{t: t, url: url, master: newMaster(t), now: noon}
}

func (g *group) Now() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *group) pass(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

// start starts another process.
func (g *group) start() replica {
	g.t.Helper()
	db := databaseAt(g.t, g.url)
	ring, err := keyring.Open(ctx, db, g.master, g.Now)
	if err != nil {
		g.t.Fatal(err)
	}
	return replica{db: db, Rotation: &keyring.Rotation{
		Ring: ring, Sealed: db, Log: slog.New(slog.DiscardHandler),
		Limits: keyring.Limits{Lifetime: lifetime, Lead: lead, Keep: keep},
	}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r replica) tick(t *testing.T) {
	t.Helper()
	must(t, r.Tick(ctx))
}

// line is what a ring's keys do, in words: the one that signs, with its number in the order in which kids were first seen.
func (r replica) line(t *testing.T, seen *[]string) string {
	t.Helper()
	list, err := r.Keys(ctx)
	must(t, err)
	words := ""
	for _, k := range list {
		if !slices.Contains(*seen, k.KID) {
			*seen = append(*seen, k.KID)
		}
		words += fmt.Sprintf("%d %s, ", slices.Index(*seen, k.KID)+1, state(k))
	}
	return words
}

func state(k keyring.Key) string {
	switch {
	case k.Pending():
		return "waits"
	case k.Active():
		return "signs"
	}
	return "retired"
}

func TestTick_SigningKeyLifecycle(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	r := g.start()
	var seen []string
	for _, step := range []struct {
		what string
		pass time.Duration // since the step before
		want string
	}{
		{"at the start", 0, "1 signs, "},
		{"a moment before it is old", lifetime - lead - time.Microsecond, "1 signs, "},
		{"when it is old, its successor is published", time.Microsecond, "1 signs, 2 waits, "},
		{"a moment before the successor's time", lead - time.Microsecond, "1 signs, 2 waits, "},
		{"at the successor's time", time.Microsecond, "2 signs, 1 retired, "},
		{"a moment before the first has been kept long enough", keep - time.Microsecond, "2 signs, 1 retired, "},
		{"when the first has been kept long enough", time.Microsecond, "2 signs, "},
		{"when the second is old", lifetime - lead - keep, "2 signs, 3 waits, "},
		{"at the third's time", lead, "3 signs, 2 retired, "},
		{"a year later, after which all is late", 365 * 24 * time.Hour, "3 signs, 4 waits, "},
		{"and every moment again", 0, "3 signs, 4 waits, "},
	} {
		g.pass(step.pass)
		r.tick(t)
		if got := r.line(t, &seen); got != step.want {
			t.Errorf("%s: got %q, want %q", step.what, got, step.want)
		}
		signs, _ := r.Ring.SigningKey()
		if list := r.Ring.Keys(); list[0].KID != signs {
			t.Errorf("%s: %s signs, %s comes first", step.what, signs, list[0].KID)
		}
	}
}

func TestPublishNext_OnePendingKey(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	one, two := g.start(), g.start()
	first, _ := one.Ring.SigningKey()
	next, err := one.PublishNext(ctx)
	must(t, err)
	again, err := two.PublishNext(ctx)
	must(t, err)
	if diff := cmp.Diff(next, again); diff != "" || !next.ActivatesAt.Equal(noon.Add(lead)) || !next.Pending() {
		t.Errorf("got %+v and then %+v, want one key that begins a day later", next, again)
	}
	if kid, _ := one.Ring.SigningKey(); kid != first {
		t.Error("the next key signs already")
	}
	two.tick(t)
	if _, known, err := two.Ring.VerificationKey(ctx, next.KID); err != nil || !known {
		t.Errorf("the next key verifies at the other process: %v, %v", known, err)
	}
	g.pass(lead)
	two.tick(t)
	one.tick(t)
	for i, r := range []replica{one, two} {
		if kid, _ := r.Ring.SigningKey(); kid != next.KID {
			t.Errorf("process %d does not sign with the next key when its time has come", i)
		}
		if _, known, err := r.Ring.VerificationKey(ctx, first); err != nil || !known {
			t.Errorf("process %d does not verify any more what the first signed: %v, %v", i, known, err)
		}
	}
}

func TestTick_ConcurrentProcessesCreateOneKey(t *testing.T) {
	t.Parallel()
	everywhere(t, rotateAtOnce)
}

func rotateAtOnce(t *testing.T, url string) {
	g := newGroupAt(t, url)
	replicas := make([]replica, 6)
	for i := range replicas {
		replicas[i] = g.start()
	}
	var seen []string
	for _, step := range []struct {
		pass time.Duration
		want string
	}{
		{0, "1 signs, "}, {lifetime - lead, "1 signs, 2 waits, "}, {lead, "2 signs, 1 retired, "}, {keep, "2 signs, "},
	} {
		g.pass(step.pass)
		var all sync.WaitGroup
		for _, r := range replicas {
			all.Go(func() {
				if err := r.Tick(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i, r := range replicas {
			if got := r.line(t, &seen); got != step.want {
				t.Errorf("process %d: got %q, want %q", i, got, step.want)
			}
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		waits  bool // a next key is there
		victim string
	}{
		"the one that signs makes a new one":               {false, "signs"},
		"the one that signs lets the one that waits begin": {true, "signs"},
		"the one that waits changes nothing else":          {true, "waits"},
		"one that was retired changes nothing else":        {true, "retired"},
		"one that was retired needs no successor":          {false, "retired"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			g := newGroup(t)
			one, two := g.start(), g.start()
			_, err := one.PublishNext(ctx) // so that there is one that was retired
			must(t, err)
			g.pass(lead)
			one.tick(t)
			if c.waits {
				_, err := one.PublishNext(ctx)
				must(t, err)
			}
			before, err := one.Keys(ctx)
			must(t, err)
			victim := before[slices.IndexFunc(before, func(k keyring.Key) bool { return state(k) == c.victim })]
			two.tick(t)

			signs, err := two.Revoke(ctx, victim.KID)
			must(t, err)
			one.tick(t)
			for i, r := range []replica{one, two} {
				kid, _ := r.Ring.SigningKey()
				if kid != signs.KID || kid == victim.KID {
					t.Errorf("process %d signs with %s, want %s and not the revoked %s", i, kid, signs.KID, victim.KID)
				}
				if _, known, err := r.Ring.VerificationKey(ctx, victim.KID); err != nil || known {
					t.Errorf("process %d still knows the revoked key: %v, %v", i, known, err)
				}
			}
			after, err := one.Keys(ctx)
			must(t, err)
			waited := slices.ContainsFunc(before, func(k keyring.Key) bool { return k.Pending() && k.KID == signs.KID })
			if victim.Active() && waited != c.waits {
				t.Errorf("%s signs; it waited: %v, want %v", signs.KID, waited, c.waits)
			}
			if !victim.Active() && (signs.KID != before[0].KID || len(after) != len(before)-1) {
				t.Errorf("revoking another key changed which signs, or left %d of %d keys", len(after), len(before))
			}
		})
	}
	t.Run("one that nobody knows is an error", func(t *testing.T) {
		t.Parallel()
		r := newGroup(t).start()
		before := kept(t, r.db)
		if _, err := r.Revoke(ctx, "unknown"); !errors.Is(err, keyring.ErrUnknownKey) {
			t.Errorf("got %v, want ErrUnknownKey", err)
		}
		if diff := cmp.Diff(before, kept(t, r.db)); diff != "" {
			t.Errorf("the keys have changed:\n%s", diff)
		}
	})
}

func TestRevokeAll_LeavesOneNewKey(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	one, two := g.start(), g.start()
	_, err := one.PublishNext(ctx)
	must(t, err)
	g.pass(lead)
	one.tick(t)
	_, err = one.PublishNext(ctx)
	must(t, err)
	two.tick(t)
	before := two.Ring.Keys()
	signs, err := one.RevokeAll(ctx)
	must(t, err)
	if _, known, err := two.Ring.VerificationKey(ctx, signs.KID); err != nil || !known {
		t.Errorf("the other process does not look for the new key: %v, %v", known, err)
	}
	two.tick(t)
	for i, r := range []replica{one, two} {
		if list := r.Ring.Keys(); len(list) != 1 || list[0].KID != signs.KID || !list[0].Active() {
			t.Errorf("process %d has %+v, want the new key alone", i, list)
		}
		for _, k := range before {
			if _, known, err := r.Ring.VerificationKey(ctx, k.KID); err != nil || known {
				t.Errorf("process %d still knows %s: %v, %v", i, k.KID, known, err)
			}
		}
	}
	if len(before) != 3 {
		t.Errorf("there were %d keys before, want three kinds", len(before))
	}
}
