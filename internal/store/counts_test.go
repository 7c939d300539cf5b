package store

import (
	"context"
	"testing"
	"time"

	"twofold/internal/authn"
	"twofold/internal/session"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// processes are two pools over one database, as two processes have them.
func processes(t *testing.T) [2]*DB {
	t.Helper()
	at := migrated(t)
	return [2]*DB{connected(t, at, silent), connected(t, at, silent)}
}

func TestFiftyAtOnceOverTwoProcesses(t *testing.T) {
	t.Parallel()
	guess := throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	rules := throttle.Rules{FreeAttempts: 5, Backoff: []time.Duration{30 * time.Second, time.Minute}, HardLimit: 100}
	patient := throttle.Rules{FreeAttempts: 1000, Backoff: []time.Duration{0}, HardLimit: 100}
	seven := patient
	seven.HardLimit = 7
	reserve := func(db *DB, w throttle.SubLimit, r throttle.Rules) (bool, error) {
		_, counted, err := Attempts{db}.Reserve(ctx, guess, w, noon, r)
		return counted, err
	}
	for outcome, c := range map[string]struct {
		do   func(db *DB, i int) (bool, error)
		want int
	}{
		"one uses a step": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.AdvanceStep(ctx, "ada", "ada-method", 59, noon) }, 1,
		},
		"one spends a token": {
			func(db *DB, _ int) (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", noon) }, 1,
		},
		"one deletes an enrollment": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.DeleteEnrollment(ctx, "ada", "ada-enrollment") }, 1,
		},
		"one removes a method": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.DeleteMethod(ctx, "ada", "ada-method") }, 1,
		},
		"five tries of an enrollment count": {
			func(db *DB, _ int) (bool, error) {
				n, err := Methods{db}.IncrementTries(ctx, "ada", "ada-enrollment", 5)
				return n > 0, err
			}, 5,
		},
		"five guesses are reserved before the wait": {
			func(db *DB, _ int) (bool, error) { return reserve(db, throttle.SubLimit{}, rules) }, 5,
		},
		"a hundred guesses in all, and no more, when thirty were made": {
			func(db *DB, i int) (bool, error) {
				counted, err := reserve(db, throttle.SubLimit{}, patient)
				return counted && i >= 30, err
			}, 20,
		},
		"seven guesses in all where seven are allowed": {
			func(db *DB, _ int) (bool, error) { return reserve(db, throttle.SubLimit{}, seven) }, 7,
		},
		"three guesses at a thing that takes three": {
			func(db *DB, _ int) (bool, error) {
				return reserve(db, throttle.SubLimit{ID: "sign-in", Tries: 3}, patient)
			}, 3,
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			both := processes(t)
			ada(t, both[0])
			if got := atOnce(t, func(i int) (bool, error) { return c.do(both[i%2], i) }); got != c.want {
				t.Errorf("%d of 50 succeeded, want %d", got, c.want)
			}
		})
	}
}

func TestOfFiftyDifferentStepsTheLatestIsRemembered(t *testing.T) {
	t.Parallel()
	both := processes(t)
	ada(t, both[0])
	atOnce(t, func(i int) (bool, error) {
		return Methods{both[i%2]}.AdvanceStep(ctx, "ada", "ada-method", totp.Step(1+i), noon)
	})
	methods, err := Methods{both[0]}.Methods(ctx, "ada")
	must(t, err)
	if got := methods[0].LastStep; got != 50 {
		t.Errorf("the last step is %d, want 50", got)
	}
}

func TestAUsedStepAndAllBeforeItStayUsed(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	put(t, db, "bob")
	for _, c := range []struct {
		account, method string
		step            totp.Step
		want            bool
	}{
		{"ada", "ada-method", 0, false}, // zero means never used, and never is
		{"ada", "ada-method", 100, true},
		{"ada", "ada-method", 100, false},
		{"ada", "ada-method", 99, false},
		{"ada", "ada-method", 101, true},
		{"ada", "bob-method", 200, false},
		{"bob", "ada-method", 200, false},
		{"bob", "bob-method", 100, true},
	} {
		got, err := Methods{db}.AdvanceStep(ctx, c.account, c.method, c.step, noon)
		if err != nil || got != c.want {
			t.Errorf("UseStep(%s, %s, %d) = %v, %v, want %v", c.account, c.method, c.step, got, err, c.want)
		}
	}
}

func TestATokenIsSpentOnceAndOnlyWhileItLives(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db) // its token ends a minute past noon
	end := noon.Add(time.Minute)
	for _, c := range []struct {
		what string
		do   func() (bool, error)
		want bool
	}{
		{"spending at its end", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", end) }, false},
		{"looking at its end", func() (bool, error) { return alive(db, end) }, false},
		{"looking before its end", func() (bool, error) { return alive(db, end.Add(-1*time.Microsecond)) }, true},
		{"spending another", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up-2", noon) }, false},
		{"spending before its end", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", end.Add(-1*time.Microsecond)) }, true},
		{"spending again", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", noon) }, false},
		{"looking after it was spent", func() (bool, error) { return alive(db, noon) }, false},
	} {
		if got, err := c.do(); err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.what, got, err, c.want)
		}
	}
}

// alive says whether ada's step-up token is.
func alive(db *DB, at time.Time) (bool, error) {
	st, err := SignIns{db}.Load(ctx, authn.SnapshotQuery{AccountID: "ada", StepUp: "ada-step-up", At: at})
	return st.StepUp, err
}

func TestAnEndedSessionTakesItsTokensAndItsEnrollmentWithIt(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	_, err := Sessions{db}.Delete(ctx, "ada", "ada-session")
	must(t, err)
	if alive, err := alive(db, noon); err != nil || alive {
		t.Errorf("the step-up token of an ended session: alive = %v, %v", alive, err)
	}
	if n := rows(t, db, "enrollments"); n != 0 {
		t.Errorf("%d enrollments of an ended session, want none", n)
	}
}

func TestDeleteOldestKeepsTheNewest(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct{ made, keep, left int }{
		"of twenty-five, nineteen":  {25, 19, 19},
		"all where there is room":   {3, 5, 3},
		"just as many as there are": {5, 5, 5},
		"none":                      {4, 0, 0},
		"one":                       {4, 1, 1},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := fresh(t)
			put(t, db, "bob") // with a session that stays
			must(t, addTo(db, "ada")(ctx))
			for i := range c.made { // pairs of one moment: then the id decides
				s := session.Session{ID: name("session", i), AccountID: "ada", CreatedAt: noon.Add(time.Duration(i/2) * time.Second)}
				must(t, Sessions{db}.Insert(ctx, s, tokenOf(s.ID)))
			}
			must(t, db.InTx(ctx, func(ctx context.Context) error { return Sessions{db}.DeleteOldest(ctx, "ada", c.keep) }))
			for i := range c.made {
				_, err := Sessions{db}.ByToken(ctx, tokenOf(name("session", i)))
				if kept, want := err == nil, i >= c.made-c.left; kept != want {
					t.Errorf("session %d of %d: kept = %v, want %v", i, c.made, kept, want)
				}
			}
			if _, err := (Sessions{db}).ByToken(ctx, tokenOf("bob")); err != nil {
				t.Errorf("bob's session: %v", err)
			}
		})
	}
}

func TestOneEnrollmentPerAccountTheLatest(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	must(t, replace(db, "ada", "second"))
	if n := rows(t, db, "enrollments"); n != 1 {
		t.Errorf("%d enrollments, want one", n)
	}
	st, err := Methods{db}.State(ctx, "ada")
	if e := st.Enrollment; err != nil || e.ID != "second" || e.Tries != 0 || e.Name != "second" {
		t.Errorf("got %+v, %v, want the second, untried", st.Enrollment, err)
	}
}
