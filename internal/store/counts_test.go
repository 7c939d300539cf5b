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

// processes opens a database twice, as two processes do.
func processes(t *testing.T) [2]*DB {
	t.Helper()
	at := migratedDatabase(t)
	return [2]*DB{openDB(t, at, silent), openDB(t, at, silent)}
}

func TestConditionalWrites_FiftyConcurrentInTwoProcesses(t *testing.T) {
	t.Parallel()
	attempt := throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	rules := throttle.Rules{FreeAttempts: 5, Backoff: []time.Duration{30 * time.Second, time.Minute}, HardLimit: 100}
	noBackoff := throttle.Rules{FreeAttempts: 1000, Backoff: []time.Duration{0}, HardLimit: 100}
	seven := noBackoff
	seven.HardLimit = 7
	reserve := func(db *DB, w throttle.SubLimit, r throttle.Rules) (bool, error) {
		_, counted, err := Attempts{db}.Reserve(ctx, attempt, w, noon, r)
		return counted, err
	}
	for outcome, c := range map[string]struct {
		do   func(db *DB, i int) (bool, error)
		want int
	}{
		"a step is used once": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.AdvanceStep(ctx, "ada", "ada-method", 59, noon) }, 1,
		},
		"a step-up token is consumed once": {
			func(db *DB, _ int) (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", noon) }, 1,
		},
		"an enrollment is deleted once": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.DeleteEnrollment(ctx, "ada", "ada-enrollment") }, 1,
		},
		"a method is deleted once": {
			func(db *DB, _ int) (bool, error) { return Methods{db}.DeleteMethod(ctx, "ada", "ada-method") }, 1,
		},
		"five attempts at an enrollment are counted": {
			func(db *DB, _ int) (bool, error) {
				n, err := Methods{db}.IncrementTries(ctx, "ada", "ada-enrollment", 5)
				return n > 0, err
			}, 5,
		},
		"five attempts are counted before the backoff": {
			func(db *DB, _ int) (bool, error) { return reserve(db, throttle.SubLimit{}, rules) }, 5,
		},
		"all fifty attempts are counted below the hard limit": {
			func(db *DB, i int) (bool, error) {
				counted, err := reserve(db, throttle.SubLimit{}, noBackoff)
				return counted && i >= 30, err
			}, 20,
		},
		"seven attempts are counted with a hard limit of seven": {
			func(db *DB, _ int) (bool, error) { return reserve(db, throttle.SubLimit{}, seven) }, 7,
		},
		"three attempts are counted with a sub-limit of three": {
			func(db *DB, _ int) (bool, error) {
				return reserve(db, throttle.SubLimit{ID: "sign-in", Tries: 3}, noBackoff)
			}, 3,
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			both := processes(t)
			insertAda(t, both[0])
			if got := concurrently(t, func(i int) (bool, error) { return c.do(both[i%2], i) }); got != c.want {
				t.Errorf("%d of 50 calls succeeded, want %d", got, c.want)
			}
		})
	}
}

func TestAdvanceStep_ConcurrentStepsKeepTheLatest(t *testing.T) {
	t.Parallel()
	both := processes(t)
	insertAda(t, both[0])
	concurrently(t, func(i int) (bool, error) {
		return Methods{both[i%2]}.AdvanceStep(ctx, "ada", "ada-method", totp.Step(1+i), noon)
	})
	methods, err := Methods{both[0]}.Methods(ctx, "ada")
	must(t, err)
	if got := methods[0].LastStep; got != 50 {
		t.Errorf("the last step is %d, want 50", got)
	}
}

func TestAdvanceStep_EarlierStepsStayUsed(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertAccountWithRows(t, db, "bob")
	for _, c := range []struct {
		account, method string
		step            totp.Step
		want            bool
	}{
		{"ada", "ada-method", 0, false}, // zero means that no step is used
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
			t.Errorf("AdvanceStep(%s, %s, %d) = %v, %v, want %v", c.account, c.method, c.step, got, err, c.want)
		}
	}
}

func TestStepUps_ConsumedOnceBeforeExpiry(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	end := noon.Add(time.Minute)
	for _, c := range []struct {
		what string
		do   func() (bool, error)
		want bool
	}{
		{"consumed at its expiry", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", end) }, false},
		{"loaded at its expiry", func() (bool, error) { return alive(db, end) }, false},
		{"loaded before its expiry", func() (bool, error) { return alive(db, end.Add(-1*time.Microsecond)) }, true},
		{"another token consumed", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up-2", noon) }, false},
		{"consumed before its expiry", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", end.Add(-1*time.Microsecond)) }, true},
		{"consumed again", func() (bool, error) { return StepUps{db}.Consume(ctx, "ada-step-up", noon) }, false},
		{"loaded after it was consumed", func() (bool, error) { return alive(db, noon) }, false},
	} {
		if got, err := c.do(); err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.what, got, err, c.want)
		}
	}
}

// alive reports whether ada's step-up token is valid at a time.
func alive(db *DB, at time.Time) (bool, error) {
	st, err := SignIns{db}.Load(ctx, authn.SnapshotQuery{AccountID: "ada", StepUp: "ada-step-up", At: at})
	return st.StepUp, err
}

func TestDeleteSession_CascadesToStepUpsAndEnrollment(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	_, err := Sessions{db}.Delete(ctx, "ada", "ada-session")
	must(t, err)
	if alive, err := alive(db, noon); err != nil || alive {
		t.Errorf("the step-up token of a deleted session: alive = %v, %v", alive, err)
	}
	if n := countRows(t, db, "enrollments"); n != 0 {
		t.Errorf("%d enrollments of a deleted session, want none", n)
	}
}

func TestDeleteOldest_KeepsNewest(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct{ made, keep, left int }{
		"19 of 25":  {25, 19, 19},
		"3 of 3":    {3, 5, 3},
		"all 5":     {5, 5, 5},
		"none of 4": {4, 0, 0},
		"one of 4":  {4, 1, 1},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			insertAccountWithRows(t, db, "bob") // his session stays
			must(t, insertsAccount(db, "ada")(ctx))
			for i := range c.made { // in pairs with the same time, for which the id decides
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

func TestReplaceEnrollment_OnePerAccount(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	must(t, replaceEnrollment(db, "ada", "second"))
	if n := countRows(t, db, "enrollments"); n != 1 {
		t.Errorf("%d enrollments, want one", n)
	}
	st, err := Methods{db}.State(ctx, "ada")
	if e := st.Enrollment; err != nil || e.ID != "second" || e.Tries != 0 || e.Name != "second" {
		t.Errorf("got %+v, %v, want the second, untried", st.Enrollment, err)
	}
}
