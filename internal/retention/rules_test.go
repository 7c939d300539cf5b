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

// recordingStore records how long the rows of each category are retained, according to the cutoff times of the purges.
type recordingStore struct {
	store.Retention
	now      time.Time
	retained map[retention.Category]time.Duration
}

func (a recordingStore) Purge(_ context.Context, t retention.Category, before time.Time, _ int) (int, error) {
	a.retained[t] = a.now.Sub(before)
	return 0, nil
}

func (a recordingStore) PurgeExpired(_ context.Context, before time.Time, _ int) (int, error) {
	a.retained["enrollments"] = a.now.Sub(before)
	return 0, nil
}

// recordingActivity records the same for the activity.
type recordingActivity struct{ recordingStore }

func (c recordingActivity) AccountsBefore(_ context.Context, before time.Time, _ string, _ int) ([]string, string, error) {
	c.retained["activity"] = c.now.Sub(before)
	return nil, "", nil
}

func (c recordingActivity) Purge(context.Context, string, time.Time, int) (int, error) { return 0, nil }

func TestPurge_RetentionPerCategory(t *testing.T) {
	t.Parallel()
	now := noon.Add(90 * time.Minute)
	a := recordingStore{store.Retention{DB: open(t, filepath.Join(t.TempDir(), "twofold.db"))}, now, map[retention.Category]time.Duration{}}
	s := &retention.Service{
		Store: a, Enrollments: a, Activity: recordingActivity{a}, Holder: "a", Now: func() time.Time { return now },
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
		"link_mails":        2 * time.Hour, // because they count for the limit per hour
		"password_attempts": 3 * time.Hour, "orphaned_attempts": 3 * time.Hour,
		"sent_mails": 4 * time.Hour, "failed_mails": 4 * time.Hour,
		"mfa_removals": 5 * time.Hour,
		"activity":     6*24*time.Hour + 13*time.Hour + 30*time.Minute, // whole days that begin at midnight
	}
	if diff := cmp.Diff(want, a.retained); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// pagedActivity has old entries of three accounts on two pages. Purging those of b fails.
type pagedActivity struct {
	none
	purged *[]string
}

func (l pagedActivity) AccountsBefore(_ context.Context, _ time.Time, after string, _ int) ([]string, string, error) {
	if after == "" {
		return []string{"a", "b"}, "page 2", nil
	}
	return []string{"c"}, "", nil
}

func (l pagedActivity) Purge(_ context.Context, account string, _ time.Time, limit int) (int, error) {
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
	s.Activity = pagedActivity{purged: &purged}
	counts, err := s.Purge(ctx)
	if err == nil || counts["activity"] != 4 {
		t.Errorf("got %v, %v, want four entries and the error of b", counts, err)
	}
	if diff := cmp.Diff([]string{"a", "a", "b", "c"}, purged); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
