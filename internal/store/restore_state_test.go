package store

import (
	"errors"
	"testing"
	"time"

	"twofold/internal/restorefence"
)

// newGenerations opens a database twice, as two processes do. Its first generation started at noon.
func newGenerations(t *testing.T) [2]RestoreState {
	t.Helper()
	both := processes(t)
	if _, err := (RestoreState{both[0]}).Generation(ctx); !errors.Is(err, restorefence.ErrNone) {
		t.Errorf("before Begin: got %v, want ErrNone", err)
	}
	for _, lineage := range []string{"first", "second"} { // the second call changes nothing
		must(t, RestoreState{both[0]}.Begin(ctx, restorefence.Generation{Lineage: lineage, Number: 1, StartedAt: noon}))
	}
	return [2]RestoreState{{both[0]}, {both[1]}}
}

func generationOf(t *testing.T, s RestoreState) restorefence.Generation {
	t.Helper()
	e, err := s.Generation(ctx)
	must(t, err)
	return e
}

func TestAdvance_OnceForAllProcesses(t *testing.T) {
	t.Parallel()
	both := newGenerations(t)
	for _, minute := range []int{0, 1, 2, 60 * 24 * 365, 3, 4} { // one process's clock is a year ahead once
		at := noon.Add(time.Duration(minute) * time.Minute)
		for _, s := range both {
			must(t, s.Advance(ctx, at, at.Add(-time.Minute)))
		}
	}
	if e := generationOf(t, both[0]); e.Heartbeat != 6 || e.Lineage != "first" || !e.HeartbeatAt.Equal(noon.Add(4*time.Minute)) {
		t.Errorf("got %+v, want 6 heartbeats", e)
	}
}

func TestRecordReason_UntilNextGeneration(t *testing.T) {
	t.Parallel()
	s := newGenerations(t)[0]
	e := generationOf(t, s)
	for i, reason := range []restorefence.RestoreReason{restorefence.Stale, restorefence.Recreated} {
		e.RestoreReason, e.RestoreDetectedAt = reason, noon.Add(time.Duration(i)*time.Hour)
		must(t, s.RecordReason(ctx, e))
	}
	must(t, s.Advance(ctx, noon, noon))
	if got := generationOf(t, s); got.RestoreReason != restorefence.Stale || !got.RestoreDetectedAt.Equal(noon) || got.Heartbeat != 0 {
		t.Errorf("got %+v, want the first reason and no heartbeat", got)
	}
	next := restorefence.Generation{Number: 2, StartedAt: noon, StorageID: "here"}
	for before, want := range map[int64]bool{1: true, 7: false} {
		if renewed, err := s.Renew(ctx, next, before); renewed != want || err != nil {
			t.Errorf("Renew after generation %d: %v, %v, want %v", before, renewed, err, want)
		}
	}
	must(t, s.RecordReason(ctx, e)) // by a process that has not seen the next generation
	if got := generationOf(t, s); got.Number != 2 || got.RestoreReason != "" || got.StorageID != "here" || got.Lineage != "first" {
		t.Errorf("got %+v, want the second generation without a reason", got)
	}
}

func TestBackup_DamagedFile(t *testing.T) {
	t.Parallel()
	at := sqliteURL(t.TempDir() + "/twofold.db")
	db := openMigrated(t, at)
	insertAda(t, db)
	must(t, db.write.Exec("PRAGMA foreign_keys = OFF").Error)
	must(t, db.write.Exec("DELETE FROM accounts").Error)
	if err := Backup(ctx, string(at), t.TempDir()+"/copy.db", noon, silent); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if err := Backup(ctx, "postgres://twofold@127.0.0.1:1/twofold", t.TempDir()+"/copy.db", noon, silent); !errors.Is(err, ErrServer) {
		t.Errorf("for a server: got %v, want ErrServer", err)
	}
}
