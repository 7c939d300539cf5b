package app_test

import (
	"context"
	"sync"
	"testing"

	"twofold/internal/test/apptest"
	"twofold/internal/test/queryplan"
)

// wireAuthn asks a database that holds much how it would go about each statement, once.
type planChecker struct {
	ground queryplan.Database
	judged sync.Map
}

func newJudge(t *testing.T) *planChecker {
	t.Helper()
	h := apptest.Start(t)
	j := &planChecker{ground: h.Disk(t).Plans()}
	if err := j.ground.Seed(context.Background(), 10000, h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	return j
}

// budgetCase is one of which every statement is judged, those of Deliver included.
func (j *planChecker) stage(t *testing.T) *budgetCase {
	t.Helper()
	s := &budgetCase{t: t, h: apptest.StartWithMail(t, "TWOFOLD_PURGE_BATCH=3")} // a small part of what is there
	s.h.AddAccount(ada)
	s.h.OnStatement = func(statement string, values []any) {
		if _, known := j.judged.LoadOrStore(statement, true); known {
			return
		}
		faults, err := j.ground.FullScans(context.Background(), statement, values)
		if err != nil {
			t.Error(err)
		}
		for _, fault := range faults {
			t.Errorf("%s\n%s", statement, fault)
		}
	}
	return s
}

// Nobody waits for these; still they read no whole table, at which all others would wait.
func TestQueryPlans_BackgroundTasks(t *testing.T) {
	t.Parallel()
	judge := newJudge(t)
	for name, do := range map[string]func(s *budgetCase) error{
		"counting the time of removals": func(s *budgetCase) error {
			s.removing()
			return s.h.App.Removals.RunOnce(s.h.Context())
		},
		"giving keys their turns": func(s *budgetCase) error {
			s.h.Clock.Advance(90 * day)
			return s.h.App.Keys.Tick(s.h.Context())
		},
		"reminding of MFA": func(s *budgetCase) error {
			s.requires("2026-12-01")
			return s.h.App.Reminder.Remind(s.h.Context())
		},
		"watching how far the database comes": func(s *budgetCase) error {
			return s.h.App.RestoreFence.RunOnce(s.h.Context())
		},
		"purging": func(s *budgetCase) error {
			s.strong()
			s.h.Clock.Advance(2 * year)
			_, err := s.h.App.Retention.Purge(s.h.Context())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := do(judge.stage(t)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
