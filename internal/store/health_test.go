package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"twofold/internal/notify"
	"twofold/internal/test/pgserver"
)

func TestADatabaseIsReadyOnceItsTablesAreThere(t *testing.T) {
	t.Parallel()
	db := connected(t, somewhere(t), silent)
	if err := db.Ready(ctx); err == nil {
		t.Error("a database without tables is ready")
	}
	must(t, db.Migrate(ctx))
	if err := db.Ready(ctx); err != nil {
		t.Errorf("a migrated database is not ready: %v", err)
	}
	if got, err := db.Version(ctx); err != nil || got != SchemaVersion() || got != newestFile(t) {
		t.Errorf("it is at %d (%v), want %d as SchemaVersion returns and %d as the newest file is numbered", got, err, SchemaVersion(), newestFile(t))
	}
}

func TestADatabaseThatTakesNoChangeSaysSo(t *testing.T) {
	t.Parallel()
	looking, err := OpenReadOnly(string(migrated(t)), silent)
	must(t, err)
	t.Cleanup(func() { _ = looking.Close() })
	if err := looking.Ready(ctx); !errors.Is(err, ErrReadOnly) {
		t.Errorf("got %v, want ErrReadOnly", err)
	}
}

func TestAnOlderSchemaIsNotReadyAndANewerOneIs(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	must(t, db.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)").Error)
	if err := db.Ready(ctx); err != nil {
		t.Errorf("after the migration of a newer version: %v", err)
	}
	must(t, db.write.Exec("DELETE FROM goose_db_version WHERE version_id >= ?", SchemaVersion()).Error)
	if err := db.Ready(ctx); !errors.Is(err, ErrOlder) {
		t.Errorf("got %v, want ErrOlder", err)
	}
}

func TestTheOutboxTellsHowManyWaitAndSinceWhen(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	want := func(n int, oldest time.Time) {
		t.Helper()
		if got, since, err := (Outbox{db}).Waiting(ctx); err != nil || got != n || !since.Equal(oldest) {
			t.Errorf("got %d since %v (%v), want %d since %v", got, since, err, n, oldest)
		}
	}
	want(0, time.Time{})
	for i, id := range []string{"first", "second", "third"} {
		at := noon.Add(time.Duration(i) * time.Minute)
		must(t, Outbox{db}.Insert(ctx, notify.Message{ID: id, AccountID: "ada", Kind: "k", Sealed: []byte{1}, NextTry: noon.Add(-at.Sub(noon)), CreatedAt: at}))
	}
	want(3, noon)
	must(t, Outbox{db}.MarkSent(ctx, "first", noon))
	want(2, noon.Add(time.Minute))
	must(t, Outbox{db}.GiveUp(ctx, "second", noon))
	want(1, noon.Add(2*time.Minute))
}

func TestATransactionIsWatchedOnceHoweverDeepItGoes(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	begun, over := 0, 0
	db.Watch = func(context.Context) func() { begun++; return func() { over++ } }
	refused := errors.New("refused")
	err := db.InTx(ctx, func(ctx context.Context) error {
		return db.InTx(ctx, func(context.Context) error { return refused })
	})
	if !errors.Is(err, refused) || begun != 1 || over != 1 {
		t.Errorf("got %v, %d begun and %d over, want one each", err, begun, over)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(ctx, func(context.Context) error { panic("in the middle") })
	}()
	if begun != 2 || over != 2 {
		t.Errorf("after a panic %d had begun and %d were over, want two each", begun, over)
	}
}

func TestPoolsTellWhatIsInUse(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	must(t, db.InTx(ctx, func(context.Context) error {
		for _, p := range db.Pools() {
			if want := map[string]int{"write": 1, "shared": 1, "read": 0}[p.Name]; p.InUse != want || p.Limit < 1 || p.Open < p.InUse {
				t.Errorf("in a transaction: %+v, want %d in use", p, want)
			}
		}
		return nil
	}))
	want := 2 // one to read and one to write
	if pgserver.Enabled() {
		want = 1
	}
	if n := len(db.Pools()); n != want {
		t.Errorf("there are %d pools, want %d", n, want)
	}
}
