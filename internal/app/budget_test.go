package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// queryCount is the number of statements and commits that a request takes.
type queryCount struct{ statements, commits int }

// budget records the queries of the requests that are sent most, so that a change of them shows in review. A request with
// a session has one statement for looking it up. TestQueryPlans_Operations covers all other operations.
var budget = map[string]queryCount{
	"getCurrentSession":                       {1, 0},
	"getMfa with MFA":                         {3, 0},
	"signIn with a password":                  {7, 2},
	"signOut":                                 {5, 1},
	"completeSignIn with a code":              {7, 1},
	"completeSignIn with a wrong code":        {4, 1},
	"completeSignIn with a used code":         {6, 1},
	"completeSignIn with a recovery code":     {15, 2},
	"stepUp with password and code":           {9, 2},
	"stepUp with password and wrong code":     {8, 2},
	"beginTotpEnrollment":                     {7, 1},
	"confirmTotpEnrollment of a first method": {26, 1},
}

func TestQueryBudget(t *testing.T) {
	t.Parallel()
	for name, want := range budget {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &queryCase{t: t, h: apptest.StartWithMail(t)}
			s.h.AddAccount(ada)
			planCases[name](s)
			if s.h.UsesPostgres() { // which takes other statements for locks and for the activity
				return
			}
			got := queryCount{s.stats.Statements(), s.stats.Commits()}
			switch {
			case got.statements > want.statements || got.commits > want.commits:
				t.Errorf("took %v, want at most %v", got, want)
			case got != want:
				t.Errorf("took %v, less than the budget of %v; lower the budget", got, want)
			}
		})
	}
}
