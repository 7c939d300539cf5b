package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
)

// newDBWithRecoveryCodes opens a database with the accounts ada and bob, each with two recovery codes.
func newDBWithRecoveryCodes(t *testing.T) *DB {
	t.Helper()
	db := newDB(t)
	for _, id := range []string{"ada", "bob"} {
		insertAccountWithRows(t, db, id)
		must(t, Methods{db}.InsertRecoveryCodes(ctx, []mfa.StoredRecoveryCode{
			{ID: id + "-1", AccountID: id, Hash: "$argon2id$…1", CreatedAt: odd}, {ID: id + "-2", AccountID: id, Hash: "$argon2id$…2", CreatedAt: odd},
		}))
	}
	return db
}

func TestRecoveryCodes_OfOneAccount(t *testing.T) {
	t.Parallel()
	db := newDBWithRecoveryCodes(t)
	if used, err := (Methods{db}).ConsumeRecoveryCode(ctx, "ada", "bob-1", odd); used || err != nil {
		t.Errorf("ada consumed bob's code: %v, %v", used, err)
	}
	for i, want := range []bool{true, false} {
		if used, err := (Methods{db}).ConsumeRecoveryCode(ctx, "bob", "bob-1", odd.Add(time.Duration(i)*time.Hour)); used != want || err != nil {
			t.Errorf("use %d: got %v, %v, want %v", i+1, used, err, want)
		}
	}
	got, err := Methods{db}.RecoveryCodes(ctx, "bob")
	must(t, err)
	want := []mfa.StoredRecoveryCode{
		{ID: "bob-1", AccountID: "bob", Hash: "$argon2id$…1", CreatedAt: kept, UsedAt: kept}, {ID: "bob-2", AccountID: "bob", Hash: "$argon2id$…2", CreatedAt: kept},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bob's codes, - want, + got:\n%s", diff)
	}
	must(t, Methods{db}.DeleteRecoveryCodes(ctx, "ada"))
	if n := countRows(t, db, "recovery_codes"); n != 2 {
		t.Errorf("%d codes, want bob's two", n)
	}
}

func TestConsumeRecoveryCode_OneOfFifty(t *testing.T) {
	t.Parallel()
	db := newDBWithRecoveryCodes(t)
	n := concurrently(t, func(int) (bool, error) { return Methods{db}.ConsumeRecoveryCode(ctx, "ada", "ada-1", noon) })
	if n != 1 {
		t.Errorf("%d of 50 calls consumed it, want 1", n)
	}
}

func TestMethods_ChangedByTheirAccountOnly(t *testing.T) {
	t.Parallel()
	db := newDBWithRecoveryCodes(t)
	renamed, errR := Methods{db}.RenameMethod(ctx, "ada", "bob-method", "mine")
	suspended, errS := Methods{db}.SuspendMethod(ctx, "ada", "bob-method", odd)
	ended, errE := Methods{db}.MarkExpired(ctx, "ada", "bob-enrollment", odd)
	if renamed || suspended || ended || errors.Join(errR, errS, errE) != nil {
		t.Errorf("ada changed bob's rows: renamed %v, suspended %v, expired %v; %v", renamed, suspended, ended, errors.Join(errR, errS, errE))
	}
	must(t, Methods{db}.InsertMethod(ctx, mfa.Method{ID: "tablet", AccountID: "bob", Name: "tablet", SealedKey: []byte("k")}))
	if _, err := (Methods{db}).RenameMethod(ctx, "bob", "bob-method", "tablet"); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("a name that is taken: got %v, want ErrNameTaken", err)
	}
	for i, want := range []bool{true, false} {
		suspended, errS := Methods{db}.SuspendMethod(ctx, "bob", "bob-method", odd.Add(time.Duration(i)*time.Hour))
		ended, errE := Methods{db}.MarkExpired(ctx, "bob", "bob-enrollment", odd)
		if suspended != want || ended != want || errors.Join(errS, errE) != nil {
			t.Errorf("call %d: suspended %v, expired %v, want %v; %v", i+1, suspended, ended, want, errors.Join(errS, errE))
		}
	}
	found, err := Methods{db}.Methods(ctx, "bob")
	must(t, err)
	if !found[1].SuspendedAt.Equal(kept) {
		t.Errorf("suspended at %v, want %v", found[1].SuspendedAt, kept)
	}
	if used, err := (Methods{db}).AdvanceStep(ctx, "bob", "bob-method", 1, noon); used || err != nil {
		t.Errorf("a code of the suspended method was accepted: %v, %v", used, err)
	}
}

func TestReplaceEnrollment_AfterAnExpiredOne(t *testing.T) {
	t.Parallel()
	db := newDBWithRecoveryCodes(t)
	ended, err := Methods{db}.MarkExpired(ctx, "ada", "ada-enrollment", noon)
	if !ended || err != nil {
		t.Fatal(ended, err)
	}
	must(t, Methods{db}.ReplaceEnrollment(ctx, mfa.Enrollment{
		ID: "next", AccountID: "ada", SessionID: "ada-session", Name: "n", SealedKey: []byte("k"), Replaces: "ada-method", CreatedAt: noon, ExpiresAt: noon,
	}))
	st, err := Methods{db}.State(ctx, "ada")
	if err != nil || st.Enrollment.Replaces != "ada-method" {
		t.Errorf("got %+v, %v", st.Enrollment, err)
	}
	if ended, err = (Methods{db}).MarkExpired(ctx, "ada", "next", noon); !ended || err != nil {
		t.Errorf("the next one is marked as expired already: %v, %v", ended, err)
	}
}
