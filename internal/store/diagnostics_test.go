package store

import (
	"testing"
	"time"

	"twofold/internal/test/pgserver"
)

// looking is the same database, for looking at it.
func looking(t *testing.T, at place) *DB {
	t.Helper()
	db, err := OpenReadOnly(string(at), silent)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestADatabaseThatIsLookedAtSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	at := migrated(t)
	must(t, connected(t, at, silent).write.Exec("UPDATE goose_db_version SET version_id = 5 WHERE version_id > 5").Error)
	if has, err := looking(t, at).Version(ctx); err != nil || has != 5 {
		t.Errorf("has %d, %v, want 5", has, err)
	}
}

func TestAFileHasNoClockAndItsLogIsWrittenAhead(t *testing.T) {
	t.Parallel()
	at := sqliteAt(t.TempDir() + "/twofold.db")
	opened(t, at)
	db := looking(t, at)
	if are, should, err := db.Durability(ctx); err != nil || are != should {
		t.Errorf("commits are %q, should be %q, %v", are, should, err)
	}
	if can, err := db.Writable(ctx); err != nil || !can {
		t.Errorf("takes writes %v, %v", can, err)
	}
	if _, own, err := db.ServerTime(ctx); err != nil || own {
		t.Errorf("has a clock %v, %v", own, err)
	}
}

func TestAServerSaysWhatItsClockIsAndHowItKeepsCommits(t *testing.T) {
	t.Parallel()
	at := place(pgserver.Database(t))
	owner := opened(t, at)
	db := looking(t, at)
	if are, should, err := db.Durability(ctx); err != nil || are != "fsync off, synchronous_commit off" || should != "fsync on, synchronous_commit on" {
		t.Errorf("commits are %q, should be %q, %v", are, should, err)
	}
	if clock, own, err := db.ServerTime(ctx); err != nil || !own || time.Since(clock).Abs() > 10*time.Second {
		t.Errorf("its clock is %v, %v, %v", clock, own, err)
	}
	if can, err := db.Writable(ctx); err != nil || !can {
		t.Errorf("takes writes %v, %v", can, err)
	}
	if err := db.write.Exec("DELETE FROM accounts").Error; err == nil {
		t.Error("who only looks may write")
	}
	must(t, owner.write.Exec("CREATE ROLE looker LOGIN").Error)
	must(t, owner.write.Exec("GRANT SELECT ON accounts TO looker").Error)
	must(t, db.read.Exec("SET ROLE looker").Error) // one connection
	if can, err := db.Writable(ctx); err != nil || can {
		t.Errorf("who may only read takes writes %v, %v", can, err)
	}
}

func TestAServerTellsItsTime(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	before := time.Now().Add(-time.Second)
	clock, standby, err := db.Server(ctx)
	if err != nil || standby || clock.Before(before) || clock.After(time.Now().Add(time.Second)) {
		t.Errorf("it is %v, a standby: %t, %v", clock, standby, err)
	}
}
