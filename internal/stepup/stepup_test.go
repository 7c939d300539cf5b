package stepup_test

import (
	"context"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"log/slog"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

const remove stepup.Purpose = "mfa.remove"

// fixture is a service over a real database, with a clock that the test advances.
type fixture struct {
	*stepup.Service
	db     *store.DB
	master keyring.Master
	now    time.Time
}

// open returns a fixture with two accounts and three sessions: ada-1, ada-2, bob-1.
func open(t *testing.T) *fixture {
	t.Helper()
	return openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "twofold.db"))
}

func openAt(t *testing.T, url string) *fixture {
	t.Helper()
	db, err := store.Open(url, store.Options{}, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must(t, db.Migrate(ctx))
	master, err := keyring.CreateMaster(filepath.Join(t.TempDir(), "master.key"))
	must(t, err)
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, func() time.Time { return noon })
	must(t, err)
	d := &fixture{db: db, master: master, now: noon}
	ids := 0
	d.Service = &stepup.Service{
		Store: store.StepUps{DB: db}, Keys: ring, Issuer: "https://account.example.com", Lifetime: 5 * time.Minute,
		Now: func() time.Time { return d.now }, NewID: func() string { ids++; return "token-" + string(rune('0'+ids)) },
	}
	for _, id := range []string{"ada", "bob"} {
		must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{ID: id, Email: id}))
	}
	for _, s := range []session.Session{sessionOf("ada", "1"), sessionOf("ada", "2"), sessionOf("bob", "1")} {
		must(t, store.Sessions{DB: db}.Insert(ctx, s, [32]byte([]byte((s.ID + strings.Repeat(" ", 32))[:32]))))
	}
	return d
}

func sessionOf(accountID, n string) session.Session {
	return session.Session{ID: accountID + "-" + n, AccountID: accountID, AMR: session.AMRFor(false)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *fixture) issue(t *testing.T, sess session.Session, withCode bool) (string, stepup.Grant) {
	t.Helper()
	token, g, err := d.Issue(ctx, sess, remove, "", session.AMRFor(withCode))
	must(t, err)
	return token.Reveal(), g
}

// check checks a token as the API does.
func (d *fixture) check(token string, sess session.Session, p stepup.Purpose, need session.ACR) (stepup.Grant, error) {
	g, err := d.Parse(ctx, token, sess, p, "")
	if err != nil {
		return stepup.Grant{}, err
	}
	now, err := store.SignIns{DB: d.db}.Load(ctx, authn.SnapshotQuery{AccountID: sess.AccountID, StepUp: g.ID, At: d.Now()})
	if err == nil {
		err = g.Check(need, now.StepUp)
	}
	if err != nil {
		return stepup.Grant{}, err
	}
	return g, nil
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		sess     session.Session
		purpose  stepup.Purpose
		need     session.ACR
		withCode bool
		before   func(*testing.T, *fixture, stepup.Grant)
		permits  bool
	}{
		"its session and purpose permit":           {sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1, permits: true},
		"more factors than needed permit":          {sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1, withCode: true, permits: true},
		"two factors where two are needed permit":  {sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL2, withCode: true, permits: true},
		"one factor where two are needed does not": {sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL2},
		"another session of the account does not":  {sess: sessionOf("ada", "2"), purpose: remove, need: session.AAL1},
		"another account does not":                 {sess: sessionOf("bob", "1"), purpose: remove, need: session.AAL1},
		"another account's session of the same id does not": {
			sess: session.Session{ID: "ada-1", AccountID: "bob"}, purpose: remove, need: session.AAL1,
		},
		"another purpose does not": {sess: sessionOf("ada", "1"), purpose: "mfa.enroll", need: session.AAL1},
		"no purpose does not":      {sess: sessionOf("ada", "1"), need: session.AAL1},
		"a moment before its end it permits": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1, permits: true,
			before: func(_ *testing.T, d *fixture, _ stepup.Grant) { d.now = noon.Add(5*time.Minute - time.Microsecond) },
		},
		"at its end it does not, whatever leeway clocks have": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1,
			before: func(_ *testing.T, d *fixture, _ stepup.Grant) { d.now = noon.Add(5 * time.Minute) },
		},
		"after the clock jumped back ten minutes it does not": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1,
			before: func(_ *testing.T, d *fixture, _ stepup.Grant) { d.now = noon.Add(-10 * time.Minute) },
		},
		"after it was consumed it does not": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1,
			before: func(t *testing.T, d *fixture, g stepup.Grant) { t.Helper(); must(t, d.Consume(ctx, g)) },
		},
		"after the account's credentials changed it does not": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1,
			before: func(t *testing.T, d *fixture, _ stepup.Grant) { t.Helper(); must(t, d.RevokeAll(ctx, "ada")) },
		},
		"after another account's credentials changed it permits": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1, permits: true,
			before: func(t *testing.T, d *fixture, _ stepup.Grant) { t.Helper(); must(t, d.RevokeAll(ctx, "bob")) },
		},
		"after its session ended it does not": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1,
			before: func(t *testing.T, d *fixture, _ stepup.Grant) {
				t.Helper()
				_, err := store.Sessions{DB: d.db}.Delete(ctx, "ada", "ada-1")
				must(t, err)
			},
		},
		"after another token was issued it permits": {
			sess: sessionOf("ada", "1"), purpose: remove, need: session.AAL1, permits: true,
			before: func(t *testing.T, d *fixture, _ stepup.Grant) { t.Helper(); d.issue(t, sessionOf("ada", "1"), false) },
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			token, issued := d.issue(t, sessionOf("ada", "1"), c.withCode)
			if c.before != nil {
				c.before(t, d, issued)
			}
			for range 2 { // checking consumes nothing
				g, err := d.check(token, c.sess, c.purpose, c.need)
				if c.permits && (err != nil || g.ID != issued.ID) {
					t.Errorf("got %+v, %v, want the grant", g, err)
				}
				if !c.permits && (!errors.Is(err, stepup.ErrRefused) || g.ID != "") {
					t.Errorf("got %+v, %v, want ErrRefused", g, err)
				}
			}
		})
	}
}

func TestConsume_Once(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, g := d.issue(t, sessionOf("ada", "1"), false)
	_, other := d.issue(t, sessionOf("ada", "1"), false)
	must(t, d.Consume(ctx, g))
	if err := d.Consume(ctx, g); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("second use: got %v, want ErrRefused", err)
	}
	if err := d.Consume(ctx, other); err != nil {
		t.Errorf("other grant: %v", err)
	}
	if err := d.Consume(ctx, stepup.Grant{}); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("zero grant: got %v, want ErrRefused", err)
	}
}

func TestConsume_RolledBackWithTheChange(t *testing.T) {
	t.Parallel()
	d := open(t)
	token, g := d.issue(t, sessionOf("ada", "1"), false)
	errFails := errors.New("the change fails")
	err := d.db.InTx(ctx, func(ctx context.Context) error { return errors.Join(d.Consume(ctx, g), errFails) })
	if !errors.Is(err, errFails) {
		t.Fatal(err)
	}
	if _, err := d.check(token, sessionOf("ada", "1"), remove, session.AAL1); err != nil {
		t.Errorf("token after a failed change: %v", err)
	}
}

// TestConsume_MalleatedSignatureIsTheSameToken: for every ECDSA signature (r, s) anyone can compute a second valid one,
// (r, −s). That makes no second token, because a token is consumed by its id.
func TestConsume_MalleatedSignatureIsTheSameToken(t *testing.T) {
	t.Parallel()
	d := open(t)
	token, _ := d.issue(t, sessionOf("ada", "1"), false)
	cut := strings.LastIndex(token, ".") + 1
	signature, err := base64.RawURLEncoding.DecodeString(token[cut:])
	must(t, err)
	s := new(big.Int).Sub(elliptic.P256().Params().N, new(big.Int).SetBytes(signature[32:]))
	twin := token[:cut] + base64.RawURLEncoding.EncodeToString(append(signature[:32:32], s.FillBytes(make([]byte, 32))...))
	if g, err := d.check(token, sessionOf("ada", "1"), remove, session.AAL1); err == nil {
		must(t, d.Consume(ctx, g))
	}
	if _, err := d.check(twin, sessionOf("ada", "1"), remove, session.AAL1); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("the twin of a consumed token: got %v, want ErrRefused", err)
	}
}

func TestParse_OtherInstallation(t *testing.T) {
	t.Parallel()
	d, other := open(t), open(t)
	token, _ := other.issue(t, sessionOf("ada", "1"), true)
	if _, err := d.check(token, sessionOf("ada", "1"), remove, session.AAL1); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("got %v, want ErrRefused", err)
	}
}

func TestCheck_NeverStored(t *testing.T) {
	t.Parallel()
	d := open(t)
	kept := d.Store
	d.Store = forgetful{kept}
	token, _ := d.issue(t, sessionOf("ada", "1"), true)
	d.Store = kept
	if _, err := d.check(token, sessionOf("ada", "1"), remove, session.AAL1); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("got %v, want ErrRefused, because a valid signature alone is not enough", err)
	}
}

// forgetful stores nothing.
type forgetful struct{ stepup.Store }

func (forgetful) Insert(context.Context, stepup.Grant) (bool, error) { return true, nil }

var errStore = errors.New("the store fails")

// broken returns an error from every call.
type broken struct{}

func (broken) Insert(context.Context, stepup.Grant) (bool, error)       { return true, errStore }
func (broken) Consume(context.Context, string, time.Time) (bool, error) { return true, errStore }
func (broken) DeleteOf(context.Context, string) error                   { return errStore }

func TestService_StoreFails(t *testing.T) {
	t.Parallel()
	d := open(t)
	sess := sessionOf("ada", "1")
	_, g := d.issue(t, sess, true)
	d.Store = broken{}
	none, _, errIssue := d.Issue(ctx, sess, remove, "", session.AMRFor(true))
	if !none.IsZero() {
		t.Error("a token that was not stored was returned")
	}
	for what, err := range map[string]error{"Issue": errIssue, "Spend": d.Consume(ctx, g), "EndAll": d.RevokeAll(ctx, "ada")} {
		if !errors.Is(err, errStore) || errors.Is(err, stepup.ErrRefused) {
			t.Errorf("%s: got %v, want the store's error", what, err)
		}
	}
}
