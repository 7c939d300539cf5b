package app_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/test/queryplan"
)

// planChecker explains each distinct statement once, on a database with many rows, and fails the test for full scans.
type planChecker struct {
	database queryplan.Database
	checked  sync.Map
}

func newPlanChecker(t *testing.T) *planChecker {
	t.Helper()
	h := apptest.Start(t)
	p := &planChecker{database: h.OpenDatabase(t).Plans()}
	if err := p.database.Seed(context.Background(), 10000, h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	return p
}

// start starts a server whose statements are checked: those of requests, of Deliver, and in Context.
func (p *planChecker) start(t *testing.T) *queryCase {
	t.Helper()
	s := &queryCase{t: t, h: apptest.StartWithMail(t, "TWOFOLD_PURGE_BATCH=3")} // a small part of the seeded rows
	s.h.AddAccount(ada)
	s.h.OnStatement = func(statement string, values []any) {
		if _, known := p.checked.LoadOrStore(statement, true); known {
			return
		}
		scans, err := p.database.FullScans(context.Background(), statement, values)
		if err != nil {
			t.Error(err)
		}
		for _, scan := range scans {
			t.Errorf("%s\n%s", statement, scan)
		}
	}
	return s
}

func TestQueryPlans_Operations(t *testing.T) {
	t.Parallel()
	cases := maps.Clone(planCases)
	maps.Copy(cases, adminPlanCases)
	covered := make(map[string]bool)
	for name := range cases {
		operation, _, _ := strings.Cut(name, " ")
		covered[strings.TrimSuffix(operation, ",")] = true
	}
	for _, op := range apptest.Operations(t) {
		if !covered[op.ID] {
			t.Errorf("%s has no plan case: add one", op.ID)
		}
	}
	plans := newPlanChecker(t)
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(plans.start(t))
		})
	}
}

// Background tasks must not scan tables either, because all requests would wait for them.
func TestQueryPlans_BackgroundTasks(t *testing.T) {
	t.Parallel()
	plans := newPlanChecker(t)
	for name, run := range map[string]func(s *queryCase) error{
		"MFA removals": func(s *queryCase) error {
			s.removing()
			return s.h.App.Removals.RunOnce(s.h.Context())
		},
		"key rotation": func(s *queryCase) error {
			s.h.Clock.Advance(90 * day)
			return s.h.App.Keys.Tick(s.h.Context())
		},
		"MFA reminders": func(s *queryCase) error {
			s.requires("2026-12-01")
			return s.h.App.Reminder.Remind(s.h.Context())
		},
		"notices of unfinished sign-ins": func(s *queryCase) error {
			s.withMFA()
			s.h.PendingSignIn(ada)
			s.h.Clock.Advance(time.Hour)
			return s.h.App.Unfinished.RunOnce(s.h.Context())
		},
		"restore detection": func(s *queryCase) error {
			return s.h.App.RestoreFence.RunOnce(s.h.Context())
		},
		"retention": func(s *queryCase) error {
			s.withMFA()
			s.h.Clock.Advance(2 * year)
			_, err := s.h.App.Retention.Purge(s.h.Context())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(plans.start(t)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
