package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/keyring"
)

func putKey(t *testing.T, db *DB, k keyring.Key) {
	t.Helper()
	must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: k, Sealed: []byte("sealed " + k.KID)}))
}

func kids(t *testing.T, db *DB) []string {
	t.Helper()
	keys, err := Keys{db}.SigningKeys(ctx)
	must(t, err)
	var list []string
	for _, k := range keys {
		list = append(list, k.KID)
	}
	return list
}

// tokenThere says whether a step-up token is kept.
func tokenThere(t *testing.T, db *DB, id string) bool {
	t.Helper()
	var n int
	must(t, db.read.Raw("SELECT count(*) FROM step_ups WHERE id = ?", id).Scan(&n).Error)
	return n == 1
}

func TestAStepUpTokenEndsWithTheKeyThatSignedIt(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	putKey(t, db, keyring.Key{KID: "other", ActivatedAt: noon})
	other := stepUpOf("ada", "by-other")
	other.KID = "other"
	must(t, keepToken(db, other))
	must(t, Keys{db}.DeleteSigningKey(ctx, "key"))
	for id, want := range map[string]bool{"ada-step-up": false, "by-other": true} {
		if alive := tokenThere(t, db, id); alive != want {
			t.Errorf("%s: alive = %v, want %v", id, alive, want)
		}
	}
}

func TestAStepUpTokenIsKeptForAKeyThatIsThereOnly(t *testing.T) {
	t.Parallel()
	both := processes(t)
	ada(t, both[0])
	must(t, Keys{both[0]}.DeleteSigningKey(ctx, "key"))
	late := stepUpOf("ada", "late")
	for _, kid := range []string{"key", "unknown", ""} {
		late.KID = kid
		if kept, err := (StepUps{both[1]}).Insert(ctx, late); kept || err != nil {
			t.Errorf("a token of the key %q: kept = %v, %v, want neither", kid, kept, err)
		}
	}
	if n := rows(t, both[0], "step_ups"); n != 0 {
		t.Errorf("%d tokens, want none", n)
	}
}

// The statements are those of the release before this one, which runs beside it while an upgrade rolls.
func TestTheReleaseBeforeWorksOnThisSchema(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	putKey(t, db, keyring.Key{KID: "retired", ActivatedAt: noon.Add(-time.Hour), RetiredAt: noon})
	putKey(t, db, keyring.Key{KID: "next", ActivatesAt: noon.Add(time.Hour)})
	var signs string
	must(t, db.read.Raw("SELECT kid FROM signing_keys ORDER BY created_at DESC, kid LIMIT 1").Scan(&signs).Error)
	if signs != "key" {
		t.Errorf("it signs with %q, want the key that signs", signs)
	}
	must(t, db.write.Exec("INSERT INTO signing_keys (kid, sealed, created_at) VALUES (?, ?, ?)", "its-own", []byte{1}, unixMicro{noon.Add(time.Hour)}).Error)
	if got := kids(t, db); got[0] != "its-own" {
		t.Errorf("of the keys %v its own comes not first", got)
	}
	must(t, db.write.Exec("INSERT INTO step_ups (id, account_id, session_id, purpose, expires_at) VALUES (?, ?, ?, ?, ?)",
		"its-token", "ada", "ada-session", "mfa.remove", unixMicro{noon.Add(time.Minute)}).Error)
	if !tokenThere(t, db, "its-token") {
		t.Error("its token is not there")
	}
	must(t, Keys{db}.DeleteTokensWithoutKID(ctx))
	for id, want := range map[string]bool{"its-token": false, "ada-step-up": true} {
		if alive := tokenThere(t, db, id); alive != want {
			t.Errorf("%s after those without a key went: alive = %v, want %v", id, alive, want)
		}
	}
}

func TestASigningKeyBeginsOnceAndIsRetiredOnce(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	putKey(t, db, keyring.Key{KID: "next", ActivatesAt: noon})
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

func TestTheKeysetIsReplaced(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	must(t, Keys{db}.InsertSealedKeyset(ctx, keyring.SealedKeyset{Sealed: []byte("first"), RotatedAt: noon}))
	want := keyring.SealedKeyset{Sealed: []byte("second"), RotatedAt: noon.Add(time.Hour)}
	must(t, Keys{db}.ReplaceSealedKeyset(ctx, want))
	got, err := Keys{db}.LockKeyset(ctx)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestEveryColumnOfSealedThingsIsSealedAnew(t *testing.T) {
	t.Parallel()
	var known []string
	for _, c := range sealedColumns {
		known = append(known, c.table+"."+c.column)
	}
	for table, columns := range tablesOf(t, fresh(t)) {
		for column := range columns {
			name := table + "." + column
			if strings.HasPrefix(column, "sealed") && table != "sealing_keysets" && !slices.Contains(known, name) {
				t.Errorf("%s is not among the sealed columns: a rotation would lose it", name)
			}
		}
	}
}

func TestSealedThingsArePagedByID(t *testing.T) {
	t.Parallel()
	db := fresh(t)
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
		t.Errorf("got %v, want %v: all but what begins so, and what is empty", got, want)
	}
	prefixes, err := Keys{db}.SealedPrefixes(ctx, "signing_keys", 5)
	must(t, err)
	if len(prefixes) != 4 {
		t.Errorf("got %q, want four beginnings", prefixes)
	}
}

func TestASealedThingIsReplacedOnlyAsItWas(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	was := keyring.SealedRow{ID: "ada-method", Owner: "ada", Text: []byte("sealed")}
	for _, step := range []struct {
		what string
		to   string
		want bool
	}{{"as it was", "anew", true}, {"as it was before", "lost", false}} {
		if ok, err := (Keys{db}).Reencrypt(ctx, "mfa_methods", was, []byte(step.to)); err != nil || ok != step.want {
			t.Errorf("%s: got %v, %v, want %v", step.what, ok, err, step.want)
		}
	}
	methods, err := Methods{db}.Methods(ctx, "ada")
	must(t, err)
	if got := string(methods[0].SealedKey); got != "anew" {
		t.Errorf("it reads %q, want the first change", got)
	}
}
