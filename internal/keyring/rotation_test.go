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
	keep     = 25 * time.Hour // differs from lead, so that tests detect a confusion of the two
)

// replica is one of several processes that share a database.
type replica struct {
	*keyring.Rotation
	db store.Keys
}

// group is a database shared by several processes, with their clock.
type group struct {
	t      *testing.T
	url    string
	master keyring.Master

	mu  sync.Mutex
	now time.Time
}

func newGroup(t *testing.T) *group {
	t.Helper()
	return newGroupAt(t, emptyDatabase(t))
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

// states describes the state of every key, such as "1 active, 2 pending, ". Keys are numbered in the order in which they were
// first seen.
func (r replica) states(t *testing.T, seen *[]string) string {
	t.Helper()
	list, err := r.Keys(ctx)
	must(t, err)
	text := ""
	for _, k := range list {
		if !slices.Contains(*seen, k.KID) {
			*seen = append(*seen, k.KID)
		}
		text += fmt.Sprintf("%d %s, ", slices.Index(*seen, k.KID)+1, state(k))
	}
	return text
}

func state(k keyring.Key) string {
	switch {
	case k.Pending():
		return "pending"
	case k.Active():
		return "active"
	}
	return "retired"
}

func TestTick_SigningKeyLifecycle(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	r := g.start()
	var seen []string
	for _, step := range []struct {
		when string
		pass time.Duration // since the previous step
		want string
	}{
		{"at the start", 0, "1 active, "},
		{"before the successor is due", lifetime - lead - time.Microsecond, "1 active, "},
		{"successor due", time.Microsecond, "1 active, 2 pending, "},
		{"before the successor activates", lead - time.Microsecond, "1 active, 2 pending, "},
		{"successor activates", time.Microsecond, "2 active, 1 retired, "},
		{"before the first expires", keep - time.Microsecond, "2 active, 1 retired, "},
		{"first expires", time.Microsecond, "2 active, "},
		{"third due", lifetime - lead - keep, "2 active, 3 pending, "},
		{"third activates", lead, "3 active, 2 retired, "},
		{"a year later", 365 * 24 * time.Hour, "3 active, 4 pending, "},
		{"repeated", 0, "3 active, 4 pending, "},
	} {
		g.pass(step.pass)
		r.tick(t)
		if got := r.states(t, &seen); got != step.want {
			t.Errorf("%s: got %q, want %q", step.when, got, step.want)
		}
		signs, _ := r.Ring.SigningKey()
		if list := r.Ring.Keys(); list[0].KID != signs {
			t.Errorf("%s: %s signs, but %s is listed first", step.when, signs, list[0].KID)
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
		t.Errorf("got %+v and then %+v, want one key that activates a day later", next, again)
	}
	if kid, _ := one.Ring.SigningKey(); kid != first {
		t.Error("the pending key signs already")
	}
	two.tick(t)
	if _, known, err := two.Ring.VerificationKey(ctx, next.KID); err != nil || !known {
		t.Errorf("the other process does not verify with the pending key: %v, %v", known, err)
	}
	g.pass(lead)
	two.tick(t)
	one.tick(t)
	for i, r := range []replica{one, two} {
		if kid, _ := r.Ring.SigningKey(); kid != next.KID {
			t.Errorf("process %d does not sign with the next key after its activation", i)
		}
		if _, known, err := r.Ring.VerificationKey(ctx, first); err != nil || !known {
			t.Errorf("process %d no longer verifies with the first key: %v, %v", i, known, err)
		}
	}
}

func TestTick_ConcurrentProcessesCreateOneKey(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, rotateConcurrently)
}

func rotateConcurrently(t *testing.T, url string) {
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
		{0, "1 active, "}, {lifetime - lead, "1 active, 2 pending, "}, {lead, "2 active, 1 retired, "}, {keep, "2 active, "},
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
			if got := r.states(t, &seen); got != step.want {
				t.Errorf("process %d: got %q, want %q", i, got, step.want)
			}
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pending bool   // there is a pending key
		revoked string // state of the key to revoke
	}{
		"active key, creates a new one":         {false, "active"},
		"active key, activates the pending one": {true, "active"},
		"pending key":                           {true, "pending"},
		"retired key, with a pending one":       {true, "retired"},
		"retired key":                           {false, "retired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGroup(t)
			one, two := g.start(), g.start()
			_, err := one.PublishNext(ctx) // so that there is a retired key
			must(t, err)
			g.pass(lead)
			one.tick(t)
			if c.pending {
				_, err := one.PublishNext(ctx)
				must(t, err)
			}
			before, err := one.Keys(ctx)
			must(t, err)
			revoked := before[slices.IndexFunc(before, func(k keyring.Key) bool { return state(k) == c.revoked })]
			two.tick(t)

			signs, err := two.Revoke(ctx, revoked.KID)
			must(t, err)
			one.tick(t)
			for i, r := range []replica{one, two} {
				kid, _ := r.Ring.SigningKey()
				if kid != signs.KID || kid == revoked.KID {
					t.Errorf("process %d signs with %s, want %s and not the revoked %s", i, kid, signs.KID, revoked.KID)
				}
				if _, known, err := r.Ring.VerificationKey(ctx, revoked.KID); err != nil || known {
					t.Errorf("process %d still verifies with the revoked key: %v, %v", i, known, err)
				}
			}
			after, err := one.Keys(ctx)
			must(t, err)
			wasPending := slices.ContainsFunc(before, func(k keyring.Key) bool { return k.Pending() && k.KID == signs.KID })
			if revoked.Active() && wasPending != c.pending {
				t.Errorf("%s signs; was pending: %v, want %v", signs.KID, wasPending, c.pending)
			}
			if !revoked.Active() && (signs.KID != before[0].KID || len(after) != len(before)-1) {
				t.Errorf("revoking another key changed the active key, or left %d of %d keys", len(after), len(before))
			}
		})
	}
	t.Run("unknown key", func(t *testing.T) {
		t.Parallel()
		r := newGroup(t).start()
		before := storedKeys(t, r.db)
		if _, err := r.Revoke(ctx, "unknown"); !errors.Is(err, keyring.ErrUnknownKey) {
			t.Errorf("got %v, want ErrUnknownKey", err)
		}
		if diff := cmp.Diff(before, storedKeys(t, r.db)); diff != "" {
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
		t.Errorf("the other process does not load the new key: %v, %v", known, err)
	}
	two.tick(t)
	for i, r := range []replica{one, two} {
		if list := r.Ring.Keys(); len(list) != 1 || list[0].KID != signs.KID || !list[0].Active() {
			t.Errorf("process %d has %+v, want the new key alone", i, list)
		}
		for _, k := range before {
			if _, known, err := r.Ring.VerificationKey(ctx, k.KID); err != nil || known {
				t.Errorf("process %d still verifies with %s: %v, %v", i, k.KID, known, err)
			}
		}
	}
	if len(before) != 3 {
		t.Errorf("there were %d keys before, want one of each state", len(before))
	}
}
