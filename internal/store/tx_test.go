package store

import (
	"context"
	"errors"
	"testing"

	"gorm.io/gorm"

	"twofold/internal/account"
	"twofold/internal/mfa"
	"twofold/internal/session"
)

var errRollback = errors.New("roll back")

// insertsAccount returns a function that inserts an account.
func insertsAccount(db *DB, id string) func(context.Context) error {
	return func(ctx context.Context) error {
		return Accounts{db}.Insert(ctx, account.Account{ID: id, Email: id + "@example.com"})
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		do   func(db *DB) error
		err  error
		kept int
	}{
		"commits if it returns nil": {
			func(db *DB) error { return db.InTx(ctx, insertsAccount(db, "ada")) }, nil, 1,
		},
		"rolls back if it returns an error": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error { return errors.Join(insertsAccount(db, "ada")(ctx), errRollback) })
			}, errRollback, 0,
		},
		"nested, and the outer one fails": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					return errors.Join(db.InTx(ctx, insertsAccount(db, "ada")), errRollback)
				})
			}, errRollback, 0,
		},
		"nested, and its error is ignored": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					_ = db.InTx(ctx, func(ctx context.Context) error { return errors.Join(insertsAccount(db, "ada")(ctx), errRollback) })
					return insertsAccount(db, "bob")(ctx)
				})
			}, nil, 2,
		},
		"continues after a duplicate": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					if err := errors.Join(insertsAccount(db, "ada")(ctx), insertsAccount(db, "bob")(ctx)); err != nil {
						return err
					}
					if err := insertsAccount(db, "ada")(ctx); !errors.Is(err, account.ErrEmailTaken) {
						return errors.New("a second ada was inserted")
					}
					return nil
				})
			}, nil, 2,
		},
		"reads its own writes": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					err := insertsAccount(db, "ada")(ctx)
					_, found := Accounts{db}.ByID(ctx, "ada")
					return errors.Join(err, found)
				})
			}, nil, 1,
		},
		"does not begin with a cancelled context": {
			func(db *DB) error {
				cancelled, cancel := context.WithCancel(ctx)
				cancel()
				return db.InTx(cancelled, insertsAccount(db, "ada"))
			}, context.Canceled, 0,
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			if err := c.do(db); !errors.Is(err, c.err) {
				t.Errorf("got error %v, want %v", err, c.err)
			}
			if n := countRows(t, db, "accounts"); n != c.kept {
				t.Errorf("%d accounts, want %d", n, c.kept)
			}
			must(t, db.InTx(ctx, insertsAccount(db, "grace"))) // the writing connection is free again
		})
	}
}

func TestInTx_PanicRollsBack(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	func() {
		defer func() {
			if cause := recover(); cause != "out of cheese" {
				t.Errorf("recovered %v, want the panic itself", cause)
			}
		}()
		_ = db.InTx(ctx, func(ctx context.Context) error {
			must(t, insertsAccount(db, "ada")(ctx))
			panic("out of cheese")
		})
	}()
	if n := countRows(t, db, "accounts"); n != 0 {
		t.Errorf("%d accounts, want none", n)
	}
	must(t, db.InTx(ctx, insertsAccount(db, "bob")))
}

func TestInTx_InvisibleUntilCommit(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, db.InTx(ctx, func(inside context.Context) error {
		must(t, insertsAccount(db, "ada")(inside))
		if _, err := (Accounts{db}).ByID(ctx, "ada"); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("another reader got %v before the commit, want ErrNotFound", err)
		}
		return nil
	}))
	if _, err := (Accounts{db}).ByID(ctx, "ada"); err != nil {
		t.Errorf("after the commit: %v", err)
	}
}

func TestInTx_OfAnotherDatabase(t *testing.T) {
	t.Parallel()
	one, other := newDB(t), newDB(t)
	err := one.InTx(ctx, func(ctx context.Context) error {
		return errors.Join(insertsAccount(other, "ada")(ctx), errRollback)
	})
	if !errors.Is(err, errRollback) || countRows(t, other, "accounts") != 1 {
		t.Errorf("got %v and %d accounts in the other database, want errRollback and 1", err, countRows(t, other, "accounts"))
	}
}

func TestInTx_WaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	both := processes(t)
	one, other := both[0], both[1]
	inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		done <- one.InTx(ctx, func(ctx context.Context) error {
			close(inside)
			<-leave
			return insertsAccount(one, "ada")(ctx)
		})
	}()
	<-inside
	go func() { done <- other.InTx(ctx, insertsAccount(other, "bob")) }()
	close(leave)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := countRows(t, one, "accounts"); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
}

func TestInsert_Duplicate(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	for what, c := range map[string]struct{ got, want error }{
		"a second account with the address": {Accounts{db}.Insert(ctx, account.Account{ID: "x", Email: "ada@example.com"}), account.ErrEmailTaken},
		"a second account with the id":      {Accounts{db}.Insert(ctx, account.Account{ID: "ada", Email: "x"}), account.ErrEmailTaken},
		"a method with a name that is taken": {
			Methods{db}.InsertMethod(ctx, mfa.Method{ID: "x", AccountID: "ada", Name: "phone", SealedKey: []byte("k")}), mfa.ErrNameTaken,
		},
		"a step-up token twice": {
			insertStepUp(db, newStepUp("ada", "ada-step-up")), gorm.ErrDuplicatedKey,
		},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
		if f := (*FailureError)(nil); errors.As(c.got, &f) {
			t.Errorf("%s is a FailureError: %v", what, c.got)
		}
	}
}

func TestInsert_SessionEnded(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	_, err := Sessions{db}.Delete(ctx, "ada", "ada-session")
	must(t, err)
	for what, err := range map[string]error{"a step-up token": insertStepUp(db, newStepUp("ada", "late")), "an enrollment": replaceEnrollment(db, "ada", "late")} {
		if !errors.Is(err, session.ErrEnded) {
			t.Errorf("%s: got %v, want session.ErrEnded", what, err)
		}
	}
}
