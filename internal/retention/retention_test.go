package retention_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/maillink"
	"twofold/internal/retention"
	"twofold/internal/store"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// open opens a database, which another process may have opened too.
func open(t *testing.T, file string) *store.DB {
	t.Helper()
	db, err := store.Open("sqlite:"+file, store.Options{}, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must(t, db.Migrate(ctx))
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hookedStore calls a function before every purge.
type hookedStore struct {
	store.Retention
	beforePurge func(t retention.Category, limit int) error
}

func (s hookedStore) Purge(ctx context.Context, t retention.Category, before time.Time, limit int) (int, error) {
	if err := s.beforePurge(t, limit); err != nil {
		return 0, err
	}
	return s.Retention.Purge(ctx, t, before, limit)
}

// none has no rows to purge.
type none struct{}

func (none) PurgeExpired(context.Context, time.Time, int) (int, error) { return 0, nil }

func (none) AccountsBefore(context.Context, time.Time, string, int) ([]string, string, error) {
	return nil, "", nil
}

func (none) Purge(context.Context, string, time.Time, int) (int, error) { return 0, nil }

// process returns the retention service of one of several processes that share a database.
func process(db *store.DB, holder string, now func() time.Time, beforePurge func(retention.Category, int) error) *retention.Service {
	if beforePurge == nil {
		beforePurge = func(retention.Category, int) error { return nil }
	}
	return &retention.Service{
		Store: hookedStore{store.Retention{DB: db}, beforePurge}, Enrollments: none{}, Activity: none{}, Holder: holder, Now: now,
		Limits: retention.Limits{
			ExpiredGrace: time.Hour, Enrollments: time.Hour, Attempts: time.Hour, Mails: time.Hour, Removals: time.Hour, Activity: time.Hour,
			Every: time.Millisecond, Batch: 2, BatchPause: time.Microsecond,
		},
	}
}

// insertLinks inserts links that expire at noon.
func insertLinks(t *testing.T, db *store.DB, n int) {
	t.Helper()
	must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{ID: "ada", Email: "ada@example.com"}))
	for i := range n {
		id := fmt.Sprint("link-", i)
		var token [32]byte
		copy(token[:], id)
		must(t, store.Links{DB: db}.Insert(ctx, maillink.Link{ID: id, AccountID: "ada", Purpose: maillink.NotMe, ExpiresAt: noon}, token))
	}
}

func TestPurge_GraceAndBatches(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "twofold.db"))
	insertLinks(t, db, 5)
	now := noon.Add(time.Hour - time.Microsecond)
	batches := 0
	s := process(db, "a", func() time.Time { return now }, func(category retention.Category, limit int) error {
		if category == retention.Links {
			batches++
		}
		if limit != 2 {
			t.Errorf("%s: batches of %d, want 2", category, limit)
		}
		return nil
	})
	for _, c := range []struct{ purged, batches int }{{0, 1}, {5, 3}, {0, 1}} {
		batches = 0
		purged, err := s.Purge(ctx)
		if err != nil || purged[retention.Links] != c.purged || batches != c.batches {
			t.Errorf("at %v: %v in %d batches, %v, want %d links in %d", now, purged, batches, err, c.purged, c.batches)
		}
		now = noon.Add(time.Hour)
	}
}

func TestPurge_OneProcessAtATime(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	var inside, rounds atomic.Int32
	var ready, working sync.WaitGroup
	ready.Add(2)
	for i := range 2 {
		s := process(open(t, file), fmt.Sprint(i), func() time.Time { return noon }, func(category retention.Category, _ int) error {
			if category == retention.Sessions {
				rounds.Add(1)
			}
			if inside.Add(1) > 1 {
				t.Errorf("two processes purge %s at the same time", category)
			}
			for range 1000 {
				runtime.Gosched()
			}
			inside.Add(-1)
			return nil
		})
		working.Go(func() {
			ready.Done()
			ready.Wait()
			for range 5 {
				if _, err := s.Purge(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	working.Wait()
	if rounds.Load() == 0 {
		t.Error("no process purged")
	}
}

func TestPurge_LeaseOfDeadProcessExpires(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	now := noon.Add(2 * time.Hour)
	clock := func() time.Time { return now }
	db := open(t, file)
	insertLinks(t, db, 5)
	crashing := process(db, "crashing", clock, func(category retention.Category, _ int) error {
		if category == retention.Links {
			panic("crash")
		}
		return nil
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = crashing.Purge(ctx)
	}()
	other := process(open(t, file), "other", clock, nil)
	for _, c := range []struct {
		after time.Duration
		links int
	}{{0, 0}, {2*time.Minute - time.Microsecond, 0}, {time.Microsecond, 5}} {
		now = now.Add(c.after)
		if purged, err := other.Purge(ctx); err != nil || purged[retention.Links] != c.links {
			t.Errorf("%v later: %v, %v, want %d links", c.after, purged, err, c.links)
		}
	}
}

// A process that was suspended for longer than its lease stops.
func TestPurge_StopsAfterLosingLease(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	now := noon
	clock := func() time.Time { return now }
	other := store.Retention{DB: open(t, file)}
	var purgedCategories []retention.Category
	s := process(open(t, file), "slow", clock, func(category retention.Category, _ int) error {
		purgedCategories = append(purgedCategories, category)
		if category == retention.SignIns {
			now = now.Add(time.Hour)
			if acquired, err := other.AcquireLease(ctx, "retention", "other", now, now.Add(time.Minute)); err != nil || !acquired {
				t.Errorf("the other process gets no lease: %v, %v", acquired, err)
			}
		}
		return nil
	})
	if _, err := s.Purge(ctx); err == nil || len(purgedCategories) != 2 {
		t.Errorf("purged %v, %v, want to stop after two categories", purgedCategories, err)
	}
	if acquired, err := other.AcquireLease(ctx, "retention", "third", now, now.Add(time.Minute)); err != nil || acquired {
		t.Errorf("the lease of the other process was released: %v, %v", acquired, err)
	}
}

// A round may take longer than the lease.
func TestPurge_RenewsLease(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	now := noon
	clock := func() time.Time { return now }
	other := process(open(t, file), "other", clock, func(category retention.Category, _ int) error {
		t.Errorf("another process purges %s at the same time", category)
		return nil
	})
	categories := 0
	s := process(open(t, file), "slow", clock, func(retention.Category, int) error {
		categories++
		now = now.Add(90 * time.Second)
		_, err := other.Purge(ctx)
		return err
	})
	if _, err := s.Purge(ctx); err != nil || categories < 10 {
		t.Errorf("purged %d categories, %v, want all", categories, err)
	}
}

func TestPurge_ErrorsDoNotStopOthers(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "twofold.db"))
	insertLinks(t, db, 1)
	broken := errors.New("broken")
	s := process(db, "a", func() time.Time { return noon.Add(time.Hour) }, func(category retention.Category, _ int) error {
		if category == retention.Sessions || category == retention.Removals {
			return broken
		}
		return nil
	})
	purged, err := s.Purge(ctx)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "purge sessions") || !strings.Contains(err.Error(), "purge mfa_removals") {
		t.Errorf("got %v, want both failed categories named", err)
	}
	if purged[retention.Links] != 1 {
		t.Errorf("purged %v, want the link", purged)
	}
}

func TestRun_ReleasesLeaseWhenStopped(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	stop, cancel := context.WithCancel(ctx)
	var purgedCategories []retention.Category
	s := process(open(t, file), "a", func() time.Time { return noon }, func(category retention.Category, _ int) error {
		if purgedCategories = append(purgedCategories, category); len(purgedCategories) == 20 { // in the second round
			cancel()
			return stop.Err()
		}
		return nil
	})
	s.Run(stop, slog.New(slog.DiscardHandler))
	if len(purgedCategories) != 20 || !slices.Contains(purgedCategories[13:], retention.Sessions) {
		t.Errorf("purged %v, want a second round that stops", purgedCategories)
	}
	other := store.Retention{DB: open(t, file)}
	if acquired, err := other.AcquireLease(ctx, "retention", "b", noon, noon); err != nil || !acquired {
		t.Errorf("the lease is not released: %v, %v", acquired, err)
	}
}
