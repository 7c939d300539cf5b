package retention_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/retention"
	"twofold/internal/store"
)

// asked notes how long each thing is kept, by the time before which it is purged.
type asked struct {
	store.Retention
	now  time.Time
	kept map[retention.Category]time.Duration
}

func (a asked) Purge(_ context.Context, t retention.Category, before time.Time, _ int) (int, error) {
	a.kept[t] = a.now.Sub(before)
	return 0, nil
}

func (a asked) PurgeExpired(_ context.Context, before time.Time, _ int) (int, error) {
	a.kept["enrollments"] = a.now.Sub(before)
	return 0, nil
}

// chains notes the same of the activity.
type chains struct{ asked }

func (c chains) AccountsBefore(_ context.Context, before time.Time, _ string, _ int) ([]string, string, error) {
	c.kept["activity"] = c.now.Sub(before)
	return nil, "", nil
}

func (c chains) Purge(context.Context, string, time.Time, int) (int, error) { return 0, nil }

func TestPurge_RetentionPerCategory(t *testing.T) {
	t.Parallel()
	now := noon.Add(90 * time.Minute)
	a := asked{store.Retention{DB: open(t, filepath.Join(t.TempDir(), "twofold.db"))}, now, map[retention.Category]time.Duration{}}
	s := &retention.Service{
		Store: a, Enrollments: a, Activity: chains{a}, Holder: "a", Now: func() time.Time { return now },
		Limits: retention.Limits{
			ExpiredGrace: 1 * time.Hour, Enrollments: 2 * time.Hour, Attempts: 3 * time.Hour, Mails: 4 * time.Hour, Removals: 5 * time.Hour,
			Activity: 6 * 24 * time.Hour, Batch: 1,
		},
	}
	if _, err := s.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	want := map[retention.Category]time.Duration{
		"enrollments": 2 * time.Hour,
		"sessions":    1 * time.Hour, "sign_ins": 1 * time.Hour, "step_ups": 1 * time.Hour, "pending_addresses": 1 * time.Hour,
		"links": 1 * time.Hour, "reset_requests": 1 * time.Hour, "devices": 1 * time.Hour,
		"link_mails":        2 * time.Hour, // they are counted for an hour
		"password_attempts": 3 * time.Hour, "orphaned_attempts": 3 * time.Hour,
		"sent_mails": 4 * time.Hour, "failed_mails": 4 * time.Hour,
		"mfa_removals": 5 * time.Hour,
		"activity":     6*24*time.Hour + 13*time.Hour + 30*time.Minute, // by whole days, which begin at midnight
	}
	if diff := cmp.Diff(want, a.kept); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// listed has entries of three accounts on two pages; that of b cannot be cut.
type listed struct {
	none
	purged *[]string
}

func (l listed) AccountsBefore(_ context.Context, _ time.Time, after string, _ int) ([]string, string, error) {
	if after == "" {
		return []string{"a", "b"}, "page 2", nil
	}
	return []string{"c"}, "", nil
}

func (l listed) Purge(_ context.Context, account string, _ time.Time, limit int) (int, error) {
	*l.purged = append(*l.purged, account)
	switch {
	case account == "b":
		return 0, context.DeadlineExceeded
	case len(*l.purged) == 1:
		return limit, nil
	}
	return 1, nil
}

func TestPurge_BrokenChainDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	s := process(open(t, filepath.Join(t.TempDir(), "twofold.db")), "a", func() time.Time { return noon }, nil)
	var purged []string
	s.Activity = listed{purged: &purged}
	sum, err := s.Purge(ctx)
	if err == nil || sum["activity"] != 4 {
		t.Errorf("got %v, %v, want four entries and the error of one chain", sum, err)
	}
	if diff := cmp.Diff([]string{"a", "a", "b", "c"}, purged); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
