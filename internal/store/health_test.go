package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"twofold/internal/notify"
	"twofold/internal/test/pgserver"
)

func TestReady_AfterMigration(t *testing.T) {
	t.Parallel()
	db := openDB(t, emptyDatabase(t), silent)
	if err := db.Ready(ctx); err == nil {
		t.Error("Ready() = nil for a database without tables")
	}
	must(t, db.Migrate(ctx))
	if err := db.Ready(ctx); err != nil {
		t.Errorf("Ready() = %v for a migrated database", err)
	}
	if got, err := db.Version(ctx); err != nil || got != SchemaVersion() || got != newestFile(t) {
		t.Errorf("version %d, %v, want %d as SchemaVersion returns and %d as the newest file is numbered", got, err, SchemaVersion(), newestFile(t))
	}
}

func TestReady_ReadOnly(t *testing.T) {
	t.Parallel()
	if err := openReadOnly(t, migratedDatabase(t)).Ready(ctx); !errors.Is(err, ErrReadOnly) {
		t.Errorf("got %v, want ErrReadOnly", err)
	}
}

func TestReady_OlderAndNewerSchema(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, db.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)").Error)
	if err := db.Ready(ctx); err != nil {
		t.Errorf("after a migration of a newer version: %v", err)
	}
	must(t, db.write.Exec("DELETE FROM goose_db_version WHERE version_id >= ?", SchemaVersion()).Error)
	if err := db.Ready(ctx); !errors.Is(err, ErrOlderSchema) {
		t.Errorf("got %v, want ErrOlderSchema", err)
	}
}

func TestOutboxWaiting_NumberAndOldest(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
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

func TestOnTransaction_OncePerTransaction(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	begun, ended := 0, 0
	db.OnTransaction = func(context.Context) func() { begun++; return func() { ended++ } }
	err := db.InTx(ctx, func(ctx context.Context) error {
		return db.InTx(ctx, func(context.Context) error { return errRefused })
	})
	if !errors.Is(err, errRefused) || begun != 1 || ended != 1 {
		t.Errorf("got %v, %d begun and %d ended, want one each", err, begun, ended)
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(ctx, func(context.Context) error { panic("in the middle") })
	}()
	if begun != 2 || ended != 2 {
		t.Errorf("after a panic: %d begun and %d ended, want two each", begun, ended)
	}
}

func TestPools_ConnectionsInUse(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, db.InTx(ctx, func(context.Context) error {
		for _, p := range db.Pools() {
			if want := map[string]int{"write": 1, "shared": 1, "read": 0}[p.Name]; p.InUse != want || p.Limit < 1 || p.Open < p.InUse {
				t.Errorf("in a transaction: %+v, want %d in use", p, want)
			}
		}
		return nil
	}))
	want := 2 // read and write
	if pgserver.Enabled() {
		want = 1
	}
	if n := len(db.Pools()); n != want {
		t.Errorf("there are %d pools, want %d", n, want)
	}
}
