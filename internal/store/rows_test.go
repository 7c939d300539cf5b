package store

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

func replaceEnrollment(db *DB, accountID, id string) error {
	return Methods{db}.ReplaceEnrollment(ctx, mfa.Enrollment{
		ID: id, AccountID: accountID, SessionID: accountID + "-session", Name: id, SealedKey: []byte("other"), CreatedAt: noon, ExpiresAt: noon,
	})
}

// odd is a time with more digits than are stored, in another zone.
var odd = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.FixedZone("", 3600))

// kept is odd as it is read back.
var kept = odd.UTC().Truncate(time.Microsecond)

func TestRows_ReadBackAsStored(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	a := account.Account{ID: "ada", Email: "ada@example.com", PasswordHash: "$argon2id$…", CreatedAt: odd, PasswordChangedAt: odd}
	must(t, Accounts{db}.Insert(ctx, a))
	s := session.Session{
		ID: "s", AccountID: "ada", Delivery: session.Token, AMR: session.AMRFor(true), AuthTime: odd, CreatedAt: odd,
		LastUsedAt: odd, AbsoluteExpiry: odd, IP: "2001:db8::1", UserAgent: "Mozilla \"5.0\" \u202e",
	}
	must(t, Sessions{db}.Insert(ctx, s, tokenOf("s")))
	p := authn.PendingSignIn{ID: "p", AccountID: "ada", Delivery: session.Cookie, Bucket: throttle.AnonymousBucket, CreatedAt: odd, ExpiresAt: odd}
	token := secret.New("p")
	must(t, SignIns{db}.Insert(ctx, p, token.Hash()))
	m := mfa.Method{ID: "m", AccountID: "ada", Type: mfa.TOTP, Name: "phone", SealedKey: []byte{0, 255}, LastStep: 59, CreatedAt: odd, LastUsedAt: odd}
	must(t, Methods{db}.InsertMethod(ctx, m))
	e := mfa.Enrollment{ID: "e", AccountID: "ada", SessionID: "s", Name: "tablet", SealedKey: []byte{1}, Tries: 2, CreatedAt: odd, ExpiresAt: odd}
	must(t, Methods{db}.ReplaceEnrollment(ctx, e))
	k := keyring.SealedKey{Key: keyring.Key{KID: "kid", ActivatesAt: odd, ActivatedAt: odd, RetiredAt: odd}, Sealed: []byte{2}}
	must(t, Keys{db}.InsertSigningKey(ctx, k))

	gotA, errA := Accounts{db}.ByEmail(ctx, "ada@example.com")
	gotS, errS := Sessions{db}.ByToken(ctx, tokenOf("s"))
	gotP, errP := SignIns{db}.Load(ctx, authn.SnapshotQuery{SignIn: token})
	gotM, errM := Methods{db}.Methods(ctx, "ada")
	gotE, errE := Methods{db}.State(ctx, "ada")
	gotK, errK := Keys{db}.SigningKeys(ctx)
	must(t, errors.Join(errA, errS, errP, errM, errE, errK))
	cut := cmp.Transformer("kept", func(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) })
	for _, c := range []struct{ got, want any }{{gotA, a}, {gotS, s}, {gotP.Pending, p}, {gotP.Account, a}, {gotP.Methods, []mfa.Method{m}}, {gotM, []mfa.Method{m}}, {gotE.Enrollment, e}, {gotE.Methods, []mfa.Method{m}}, {gotK, []keyring.SealedKey{k}}} {
		if diff := cmp.Diff(c.want, c.got, cut); diff != "" {
			t.Errorf("%T, - want, + got:\n%s", c.want, diff)
		}
	}
	if gotA.CreatedAt != kept { // compared with !=, so that the location is UTC too
		t.Errorf("a time was read back as %v, want %v", gotA.CreatedAt, kept)
	}
}

func TestLookups_NotFound(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAccountWithRows(t, db, "ada")
	insertAccountWithRows(t, db, "bob")
	for what, c := range map[string]struct {
		call func() error
		want error
	}{
		"an account by id":                {func() error { _, err := Accounts{db}.ByID(ctx, "x"); return err }, account.ErrNotFound},
		"an account by an empty id":       {func() error { _, err := Accounts{db}.ByID(ctx, ""); return err }, account.ErrNotFound},
		"an account by an id that is SQL": {func() error { _, err := Accounts{db}.ByID(ctx, "1 OR 1=1"); return err }, account.ErrNotFound},
		"an account by another spelling":  {func() error { _, err := Accounts{db}.ByEmail(ctx, "ADA@example.com"); return err }, account.ErrNotFound},
		"a session by token":              {func() error { _, err := Sessions{db}.ByToken(ctx, tokenOf("x")); return err }, session.ErrEnded},
		"a session by the zero token":     {func() error { _, err := Sessions{db}.ByToken(ctx, [32]byte{}); return err }, session.ErrEnded},
		"a session to update":             {func() error { return Sessions{db}.Update(ctx, session.Session{ID: "x"}) }, session.ErrEnded},
		"a session for a new token":       {func() error { return Sessions{db}.SetToken(ctx, "x", tokenOf("y")) }, session.ErrEnded},
		"a keyset":                        {func() error { _, err := Keys{db}.SealedKeyset(ctx); return err }, keyring.ErrNoKeys},
	} {
		if err := c.call(); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
	}
}

func TestWrites_RowsOfOtherAccountsStay(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAccountWithRows(t, db, "ada")
	insertAccountWithRows(t, db, "bob")
	deletedM, errM := Methods{db}.DeleteMethod(ctx, "ada", "bob-method")
	deletedE, errE := Methods{db}.DeleteEnrollment(ctx, "ada", "bob-enrollment")
	counted, errC := Methods{db}.IncrementTries(ctx, "ada", "bob-enrollment", 5)
	if deletedM || deletedE || counted > 0 || errors.Join(errM, errE, errC) != nil {
		t.Errorf("ada changed bob's rows: method deleted %v, enrollment deleted %v, attempt counted %v; %v", deletedM, deletedE, counted, errors.Join(errM, errE, errC))
	}
	deleted, err := Sessions{db}.Delete(ctx, "ada", "bob-session")
	must(t, err)
	if deleted {
		t.Error("another account's session was deleted")
	}
	must(t, StepUps{db}.DeleteOf(ctx, "ada"))
	ended, err := Sessions{db}.DeleteOthers(ctx, "ada", "")
	if err != nil || ended != 1 {
		t.Errorf("DeleteOthers(ada, none) = %d, %v, want 1", ended, err)
	}
	for _, table := range []string{"sessions", "step_ups"} {
		if n := countRows(t, db, table); n != 1 {
			t.Errorf("%d rows in %s, want bob's one", n, table)
		}
	}
	if n := countRows(t, db, "mfa_methods"); n != 2 {
		t.Errorf("%d methods, want both", n)
	}
}

func TestRehash_OnlyUnchangedPassword(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	must(t, Accounts{db}.SetPassword(ctx, "ada", "changed", noon.Add(time.Hour)))
	must(t, Accounts{db}.Rehash(ctx, "ada", "hash", "rehashed"))
	a, err := Accounts{db}.ByID(ctx, "ada")
	if err != nil || a.PasswordHash != "changed" || !a.PasswordChangedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %q of %v, %v, want the changed hash", a.PasswordHash, a.PasswordChangedAt, err)
	}
}

func TestTouch_NeverMovesBack(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	must(t, Sessions{db}.Touch(ctx, "ada-session", noon.Add(time.Minute)))
	must(t, Sessions{db}.Touch(ctx, "ada-session", noon))
	s, err := Sessions{db}.ByToken(ctx, tokenOf("ada"))
	if err != nil || !s.LastUsedAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("last used at %v, %v, want %v", s.LastUsedAt, err, noon.Add(time.Minute))
	}
}

func TestInsertSealedKeyset_FirstStays(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, Keys{db}.InsertSealedKeyset(ctx, keyring.SealedKeyset{Sealed: []byte("first"), RotatedAt: odd}))
	must(t, Keys{db}.InsertSealedKeyset(ctx, keyring.SealedKeyset{Sealed: []byte("second"), RotatedAt: noon}))
	if got, err := (Keys{db}).SealedKeyset(ctx); err != nil || string(got.Sealed) != "first" || got.RotatedAt != kept {
		t.Errorf("got %q of %v, %v, want the first", got.Sealed, got.RotatedAt, err)
	}
}

func TestUnixMicro(t *testing.T) {
	t.Parallel()
	t.Run("zero time", func(t *testing.T) {
		t.Parallel()
		if v, err := (unixMicro{}).Value(); v != int64(0) || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		s := unixMicro{noon}
		if err := s.Scan(int64(0)); err != nil || !s.IsZero() {
			t.Errorf("got %v, %v", s, err)
		}
	})
	t.Run("not a number", func(t *testing.T) {
		t.Parallel()
		for _, from := range []any{nil, "2026-11-23", 1.5, []byte("1"), noon} {
			if err := new(unixMicro).Scan(from); err == nil {
				t.Errorf("Scan(%T) succeeded", from)
			}
		}
	})
}

func TestLog_ContainsNoValues(t *testing.T) {
	t.Parallel()
	const canary = "correct-horse-canary"
	var out lockedBuffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db := openDB(t, emptyDatabase(t), log)
	must(t, db.Migrate(ctx))
	a := account.Account{ID: canary, Email: canary, PasswordHash: canary}
	must(t, Accounts{db}.Insert(ctx, a))
	_ = Accounts{db}.Insert(ctx, a)                                                                     // a duplicate
	_, _ = Accounts{db}.ByEmail(ctx, canary+"x")                                                        // not found
	_ = Sessions{db}.Insert(ctx, session.Session{ID: canary, AccountID: canary + "x"}, tokenOf(canary)) // no such account
	_ = db.write.Debug().Exec("SELECT ? FROM no_such_table", canary).Error                              // no such table, in debug mode
	_ = db.write.Session(&gorm.Session{Logger: db.write.Logger.LogMode(logger.Info)}).Exec("SELECT '" + canary + "'").Error
	db.write.Logger.Info(ctx, canary, canary)
	db.write.Logger.Warn(ctx, "%s", canary)
	db.write.Logger.Error(ctx, "%s", canary)
	must(t, db.Close())
	_ = Accounts{db}.Insert(ctx, a)
	if text := out.String(); strings.Contains(text, canary) {
		t.Errorf("the log contains the value:\n%s", text)
	}
	if text := out.String(); !strings.Contains(text, "database layer reported a warning") || !strings.Contains(text, "database layer reported an error") {
		t.Errorf("the log does not contain the warning and the error:\n%s", text)
	}
}
