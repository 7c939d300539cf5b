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

var errChanged = errors.New("changed my mind")

// addTo adds an account, inside whatever transaction ctx carries.
func addTo(db *DB, id string) func(context.Context) error {
	return func(ctx context.Context) error {
		return Accounts{db}.Insert(ctx, account.Account{ID: id, Email: id + "@example.com"})
	}
}

func TestATransaction(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		do   func(db *DB) error
		err  error
		kept int
	}{
		"commits when it answers nil": {
			func(db *DB) error { return db.InTx(ctx, addTo(db, "ada")) }, nil, 1,
		},
		"rolls back when it answers an error": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error { return errors.Join(addTo(db, "ada")(ctx), errChanged) })
			}, errChanged, 0,
		},
		"inside a transaction is the same one: the outer decides": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					return errors.Join(db.InTx(ctx, addTo(db, "ada")), errChanged)
				})
			}, errChanged, 0,
		},
		"inside a transaction that fails and is forgiven keeps both": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					_ = db.InTx(ctx, func(ctx context.Context) error { return errors.Join(addTo(db, "ada")(ctx), errChanged) })
					return addTo(db, "bob")(ctx)
				})
			}, nil, 2,
		},
		"goes on after a duplicate that was handled": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					if err := errors.Join(addTo(db, "ada")(ctx), addTo(db, "bob")(ctx)); err != nil {
						return err
					}
					if err := addTo(db, "ada")(ctx); !errors.Is(err, account.ErrEmailTaken) {
						return errors.New("a second ada was kept")
					}
					return nil
				})
			}, nil, 2,
		},
		"sees its own writes when it reads": {
			func(db *DB) error {
				return db.InTx(ctx, func(ctx context.Context) error {
					err := addTo(db, "ada")(ctx)
					_, found := Accounts{db}.ByID(ctx, "ada")
					return errors.Join(err, found)
				})
			}, nil, 1,
		},
		"is not begun when its context is over": {
			func(db *DB) error {
				over, end := context.WithCancel(ctx)
				end()
				return db.InTx(over, addTo(db, "ada"))
			}, context.Canceled, 0,
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := fresh(t)
			if err := c.do(db); !errors.Is(err, c.err) {
				t.Errorf("got error %v, want %v", err, c.err)
			}
			if n := rows(t, db, "accounts"); n != c.kept {
				t.Errorf("%d accounts were kept, want %d", n, c.kept)
			}
			must(t, db.InTx(ctx, addTo(db, "grace"))) // the one writing connection is free again
		})
	}
}

func TestAPanicRollsBackAndGoesOn(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	func() {
		defer func() {
			if cause := recover(); cause != "out of cheese" {
				t.Errorf("recovered %v, want the panic itself", cause)
			}
		}()
		_ = db.InTx(ctx, func(ctx context.Context) error {
			must(t, addTo(db, "ada")(ctx))
			panic("out of cheese")
		})
	}()
	if n := rows(t, db, "accounts"); n != 0 {
		t.Errorf("%d accounts were kept, want none", n)
	}
	must(t, db.InTx(ctx, addTo(db, "bob")))
}

func TestOthersReadWhatWasThereUntilATransactionCommits(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	must(t, db.InTx(ctx, func(inside context.Context) error {
		must(t, addTo(db, "ada")(inside))
		if _, err := (Accounts{db}).ByID(ctx, "ada"); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("another reader got %v before the commit, want ErrNotFound", err)
		}
		return nil
	}))
	if _, err := (Accounts{db}).ByID(ctx, "ada"); err != nil {
		t.Errorf("after the commit: %v", err)
	}
}

func TestTwoDatabasesDoNotShareATransaction(t *testing.T) {
	t.Parallel()
	one, other := fresh(t), fresh(t)
	err := one.InTx(ctx, func(ctx context.Context) error {
		return errors.Join(addTo(other, "ada")(ctx), errChanged)
	})
	if !errors.Is(err, errChanged) || rows(t, other, "accounts") != 1 {
		t.Errorf("got %v and %d accounts in the other database, want the error and 1", err, rows(t, other, "accounts"))
	}
}

func TestATransactionWaitsForThatOfAnotherProcess(t *testing.T) {
	t.Parallel()
	both := processes(t)
	one, other := both[0], both[1]
	inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		done <- one.InTx(ctx, func(ctx context.Context) error {
			close(inside)
			<-leave
			return addTo(one, "ada")(ctx)
		})
	}()
	<-inside
	go func() { done <- other.InTx(ctx, addTo(other, "bob")) }()
	close(leave)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := rows(t, one, "accounts"); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
}

func TestADuplicateIsTold(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	for what, c := range map[string]struct{ got, want error }{
		"a second account with the address": {Accounts{db}.Insert(ctx, account.Account{ID: "x", Email: "ada@example.com"}), account.ErrEmailTaken},
		"a second account with the id":      {Accounts{db}.Insert(ctx, account.Account{ID: "ada", Email: "x"}), account.ErrEmailTaken},
		"a method with a name that is taken": {
			Methods{db}.InsertMethod(ctx, mfa.Method{ID: "x", AccountID: "ada", Name: "phone", SealedKey: []byte("k")}), mfa.ErrNameTaken,
		},
		"a step-up token twice": {
			keepToken(db, stepUpOf("ada", "ada-step-up")), gorm.ErrDuplicatedKey,
		},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", what, c.got, c.want)
		}
		if f := (*FailureError)(nil); errors.As(c.got, &f) {
			t.Errorf("%s counts as a failure of the database: %v", what, c.got)
		}
	}
}

func TestWhatBelongsToASessionThatEndedIsRefusedAsItIs(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	_, err := Sessions{db}.Delete(ctx, "ada", "ada-session")
	must(t, err)
	for what, err := range map[string]error{"a step-up token": keepToken(db, stepUpOf("ada", "late")), "an enrollment": replace(db, "ada", "late")} {
		if !errors.Is(err, session.ErrEnded) {
			t.Errorf("%s: got %v, want session.ErrEnded", what, err)
		}
	}
}
