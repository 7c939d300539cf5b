package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/keyring"
)

func insertKey(t *testing.T, db *DB, k keyring.Key) {
	t.Helper()
	must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: k, Sealed: []byte("sealed " + k.KID)}))
}

func listKIDs(t *testing.T, db *DB) []string {
	t.Helper()
	keys, err := Keys{db}.SigningKeys(ctx)
	must(t, err)
	var list []string
	for _, k := range keys {
		list = append(list, k.KID)
	}
	return list
}

// hasStepUp reports whether a step-up token is stored.
func hasStepUp(t *testing.T, db *DB, id string) bool {
	t.Helper()
	var n int
	must(t, db.read.Raw("SELECT count(*) FROM step_ups WHERE id = ?", id).Scan(&n).Error)
	return n == 1
}

func TestDeleteSigningKey_CascadesToStepUps(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertKey(t, db, keyring.Key{KID: "other", ActivatedAt: noon})
	other := newStepUp("ada", "by-other")
	other.KID = "other"
	must(t, insertStepUp(db, other))
	must(t, Keys{db}.DeleteSigningKey(ctx, "key"))
	for id, want := range map[string]bool{"ada-step-up": false, "by-other": true} {
		if alive := hasStepUp(t, db, id); alive != want {
			t.Errorf("%s: alive = %v, want %v", id, alive, want)
		}
	}
}

func TestInsertStepUp_OnlyWithExistingKey(t *testing.T) {
	t.Parallel()
	both := processes(t)
	insertAda(t, both[0])
	must(t, Keys{both[0]}.DeleteSigningKey(ctx, "key"))
	late := newStepUp("ada", "late")
	for _, kid := range []string{"key", "unknown", ""} {
		late.KID = kid
		if inserted, err := (StepUps{both[1]}).Insert(ctx, late); inserted || err != nil {
			t.Errorf("a token of the key %q: inserted = %v, %v, want false", kid, inserted, err)
		}
	}
	if n := countRows(t, both[0], "step_ups"); n != 0 {
		t.Errorf("%d tokens, want none", n)
	}
}

// During a rolling upgrade, the previous release runs its statements on the new schema.
func TestSchema_StatementsOfThePreviousRelease(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertKey(t, db, keyring.Key{KID: "retired", ActivatedAt: noon.Add(-time.Hour), RetiredAt: noon})
	insertKey(t, db, keyring.Key{KID: "next", ActivatesAt: noon.Add(time.Hour)})
	var active string
	must(t, db.read.Raw("SELECT kid FROM signing_keys ORDER BY created_at DESC, kid LIMIT 1").Scan(&active).Error)
	if active != "key" {
		t.Errorf("the previous release signs with %q, want the active key", active)
	}
	must(t, db.write.Exec("INSERT INTO signing_keys (kid, sealed, created_at) VALUES (?, ?, ?)", "its-own", []byte{1}, unixMicro{noon.Add(time.Hour)}).Error)
	if got := listKIDs(t, db); got[0] != "its-own" {
		t.Errorf("the signing key is not the first of %v", got)
	}
	must(t, db.write.Exec("INSERT INTO step_ups (id, account_id, session_id, purpose, expires_at) VALUES (?, ?, ?, ?, ?)",
		"its-token", "ada", "ada-session", "mfa.remove", unixMicro{noon.Add(time.Minute)}).Error)
	if !hasStepUp(t, db, "its-token") {
		t.Error("the token is not stored")
	}
	must(t, Keys{db}.DeleteTokensWithoutKID(ctx))
	for id, want := range map[string]bool{"its-token": false, "ada-step-up": true} {
		if alive := hasStepUp(t, db, id); alive != want {
			t.Errorf("%s after deleting those without a key: alive = %v, want %v", id, alive, want)
		}
	}
}

func TestSigningKey_ActivatedAndRetiredOnce(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertKey(t, db, keyring.Key{KID: "next", ActivatesAt: noon})
	for i := range 2 {
		must(t, Keys{db}.ActivateSigningKey(ctx, "next", noon.Add(time.Duration(i)*time.Hour)))
		must(t, Keys{db}.RetireSigningKey(ctx, "next", noon.Add(time.Duration(2+i)*time.Hour)))
	}
	keys, err := Keys{db}.SigningKeys(ctx)
	must(t, err)
	want := keyring.Key{KID: "next", ActivatesAt: noon, ActivatedAt: noon, RetiredAt: noon.Add(2 * time.Hour)}
	if diff := cmp.Diff(want, keys[0].Key); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestReplaceSealedKeyset_ReturnsTheNewOne(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, Keys{db}.InsertSealedKeyset(ctx, keyring.SealedKeyset{Sealed: []byte("first"), RotatedAt: noon}))
	want := keyring.SealedKeyset{Sealed: []byte("second"), RotatedAt: noon.Add(time.Hour)}
	must(t, Keys{db}.ReplaceSealedKeyset(ctx, want))
	got, err := Keys{db}.LockKeyset(ctx)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestSealedColumns_Complete(t *testing.T) {
	t.Parallel()
	var known []string
	for _, c := range sealedColumns {
		known = append(known, c.table+"."+c.column)
	}
	for table, columns := range tablesOf(t, newDB(t)) {
		for column := range columns {
			name := table + "." + column
			if strings.HasPrefix(column, "sealed") && table != "sealing_keysets" && !slices.Contains(known, name) {
				t.Errorf("%s is not in sealedColumns: a key rotation would lose its values", name)
			}
		}
	}
}

func TestNotSealedWith_PagedByID(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	for _, kid := range []string{"c", "a", "b", "d"} {
		must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: keyring.Key{KID: kid}, Sealed: []byte{1, 0, 0, 0, kid[0], 9}}))
	}
	must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: keyring.Key{KID: "e"}, Sealed: []byte{}}))
	var got []string
	for after := ""; ; {
		page, err := Keys{db}.NotSealedWith(ctx, "signing_keys", []byte{1, 0, 0, 0, 'b'}, after, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			after = s.ID
			got = append(got, s.ID)
			if s.Owner != keyring.SigningOwner || string(s.Text) != string([]byte{1, 0, 0, 0, s.ID[0], 9}) {
				t.Errorf("%s is %q of %s", s.ID, s.Text, s.Owner)
			}
		}
	}
	if want := []string{"a", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v, all except the one with the prefix and the empty one", got, want)
	}
	prefixes, err := Keys{db}.SealedPrefixes(ctx, "signing_keys", 5)
	must(t, err)
	if len(prefixes) != 4 {
		t.Errorf("got %q, want four prefixes", prefixes)
	}
}

func TestReencrypt_OnlyUnchangedValue(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	was := keyring.SealedRow{ID: "ada-method", Owner: "ada", Text: []byte("sealed")}
	for _, step := range []struct {
		what string
		to   string
		want bool
	}{{"unchanged", "new", true}, {"changed meanwhile", "lost", false}} {
		if ok, err := (Keys{db}).Reencrypt(ctx, "mfa_methods", was, []byte(step.to)); err != nil || ok != step.want {
			t.Errorf("%s: got %v, %v, want %v", step.what, ok, err, step.want)
		}
	}
	methods, err := Methods{db}.Methods(ctx, "ada")
	must(t, err)
	if got := string(methods[0].SealedKey); got != "new" {
		t.Errorf("the value is %q, want new", got)
	}
}
