package store

import (
	"errors"
	"testing"
	"time"

	"twofold/internal/restorefence"
)

// begun is a database whose first epoch began at noon.
func begun(t *testing.T) [2]RestoreState {
	t.Helper()
	both := processes(t)
	if _, err := (RestoreState{both[0]}).Generation(ctx); !errors.Is(err, restorefence.ErrNone) {
		t.Errorf("before it begins: %v, want ErrNone", err)
	}
	for _, lineage := range []string{"first", "second"} { // who comes second finds one
		must(t, RestoreState{both[0]}.Begin(ctx, restorefence.Generation{Lineage: lineage, Number: 1, StartedAt: noon}))
	}
	return [2]RestoreState{{both[0]}, {both[1]}}
}

func epochOf(t *testing.T, s RestoreState) restorefence.Generation {
	t.Helper()
	e, err := s.Generation(ctx)
	must(t, err)
	return e
}

func TestTheBeatMovesOnOnceForAllProcesses(t *testing.T) {
	t.Parallel()
	both := begun(t)
	for _, minute := range []int{0, 1, 2, 60 * 24 * 365, 3, 4} { // a clock that was wrong holds nothing up
		at := noon.Add(time.Duration(minute) * time.Minute)
		for _, s := range both {
			must(t, s.Advance(ctx, at, at.Add(-time.Minute)))
		}
	}
	if e := epochOf(t, both[0]); e.Heartbeat != 6 || e.Lineage != "first" || !e.HeartbeatAt.Equal(noon.Add(4*time.Minute)) {
		t.Errorf("got %+v, want six beats", e)
	}
}

func TestADoubtStaysUntilAnotherEpochBegins(t *testing.T) {
	t.Parallel()
	s := begun(t)[0]
	e := epochOf(t, s)
	for i, doubt := range []restorefence.RestoreReason{restorefence.Stale, restorefence.Recreated} {
		e.RestoreReason, e.RestoreDetectedAt = doubt, noon.Add(time.Duration(i)*time.Hour)
		must(t, s.RecordReason(ctx, e))
	}
	must(t, s.Advance(ctx, noon, noon))
	if got := epochOf(t, s); got.RestoreReason != restorefence.Stale || !got.RestoreDetectedAt.Equal(noon) || got.Heartbeat != 0 {
		t.Errorf("got %+v, want the first doubt, and no beat", got)
	}
	next := restorefence.Generation{Number: 2, StartedAt: noon, StorageID: "here"}
	for before, want := range map[int64]bool{1: true, 7: false} {
		if renewed, err := s.Renew(ctx, next, before); renewed != want || err != nil {
			t.Errorf("in the place of epoch %d: %v, %v, want %v", before, renewed, err, want)
		}
	}
	must(t, s.RecordReason(ctx, e)) // by who has not heard of the next
	if got := epochOf(t, s); got.Number != 2 || got.RestoreReason != "" || got.StorageID != "here" || got.Lineage != "first" {
		t.Errorf("got %+v, want the second epoch without a doubt", got)
	}
}

func TestABackupOfABrokenFileIsRefused(t *testing.T) {
	t.Parallel()
	at := sqliteAt(t.TempDir() + "/twofold.db")
	db := opened(t, at)
	ada(t, db)
	must(t, db.write.Exec("PRAGMA foreign_keys = OFF").Error)
	must(t, db.write.Exec("DELETE FROM accounts").Error)
	if err := Backup(ctx, string(at), t.TempDir()+"/copy.db", noon, silent); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if err := Backup(ctx, "postgres://twofold@127.0.0.1:1/twofold", t.TempDir()+"/copy.db", noon, silent); !errors.Is(err, ErrServer) {
		t.Errorf("of a server: got %v, want ErrServer", err)
	}
}
