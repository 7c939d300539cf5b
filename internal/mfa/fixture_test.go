package mfa_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 5, 0, time.UTC)
)

// fixture is the service over a real database, with a clock that is moved and a store that can be made to fail.
type fixture struct {
	*mfa.Service
	t      *testing.T
	now    time.Time
	faults *faults
	db     *store.DB
	ring   *keyring.Ring

	sess      session.Session // ada's, of one factor at first
	token     secret.Text
	elsewhere secret.Text // her other session
}

func open(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	database, masterKey := template()
	must(t, errors.Join(os.WriteFile(file, database, 0o600), os.WriteFile(key, masterKey, 0o600)))
	db, ring, err := openFiles(file, key)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	h := &fixture{t: t, now: noon, faults: &faults{}, db: db, ring: ring}
	clock := func() time.Time { return h.now }
	hasher, err := password.NewTestHasher(password.TestParams, 1, 100, time.Minute)
	must(t, err)
	ids := 0
	newID := func() string { ids++; return fmt.Sprintf("id-%03d", ids) }
	h.Service = &mfa.Service{
		Store:    methods{store.Methods{DB: db}, h.faults},
		Accounts: locker{store.Accounts{DB: db}, h.faults},
		PendingChanges: &account.PendingChanges{
			Links: &maillink.Service{Store: store.Links{DB: db}, Now: clock, NewID: newID}, Addresses: store.PendingAddresses{DB: db}, Now: clock,
		},
		Sealer: ring,
		Sessions: &session.Service{
			Store: sessions{store.Sessions{DB: db}, h.faults}, Now: clock, NewID: newID,
			Limits: session.Limits{AAL1Idle: time.Hour, AAL1Absolute: time.Hour, AAL2Idle: time.Hour, AAL2Absolute: time.Hour, PerAccount: 20},
		},
		StepUps: &stepup.Service{
			Store: stepUps{store.StepUps{DB: db}, h.faults}, Keys: ring, Issuer: "https://example.com", Lifetime: 5 * time.Minute, Now: clock, NewID: newID,
		},
		Attempts: &throttle.Limiter{
			Store: attempts{store.Attempts{DB: db}, h.faults}, Now: clock,
			Limits: throttle.Limits{FreeAttempts: 5, FirstBackoff: 30 * time.Second, MaxBackoff: time.Hour, HardLimit: 100},
		},
		Hasher:  hasher,
		Notices: notices{mail(db, ring, clock, newID), h.faults},
		Audit:   audit.Log{To: slog.New(slog.DiscardHandler)},
		Limits:  mfa.Limits{Methods: 5, EnrollmentLifetime: 10 * time.Minute, EnrollmentTries: 5, RecoveryCodes: 2},
		Issuer:  "Twofold", Now: clock, NewID: newID,
	}
	h.sess, h.token = h.signIn(session.Cookie)
	_, h.elsewhere = h.signIn(session.Token)
	return h
}

// mail is an outbox that nobody empties.
func mail(db *store.DB, ring *keyring.Ring, clock func() time.Time, newID func() string) *notify.Service {
	return &notify.Service{
		Store: store.Outbox{DB: db}, Recipients: account.Recipients{Store: store.Accounts{DB: db}}, Sealer: ring, Mail: true,
		Links: &maillink.Service{Store: store.Links{DB: db}, Now: clock, NewID: newID}, PublicURL: "https://example.com",
		NotMe: 7 * 24 * time.Hour, Now: clock, NewID: newID,
	}
}

// template is a migrated database with ada's account in it, and its key: made once, copied for each test.
var template = sync.OnceValues(func() (database, masterKey []byte) {
	dir, err := os.MkdirTemp("", "template-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	_, err = keyring.CreateMaster(key)
	if err != nil {
		panic(err)
	}
	db, _, err := openFiles(file, key)
	if err != nil {
		panic(err)
	}
	if err := errors.Join(store.Accounts{DB: db}.Insert(ctx, account.Account{ID: "ada", Email: "ada@example.com"}), db.Close()); err != nil {
		panic(err)
	}
	database, err = os.ReadFile(file)
	masterKey, other := os.ReadFile(key)
	if err := errors.Join(err, other); err != nil {
		panic(err)
	}
	return database, masterKey
})

// openFiles opens a database and the keys in it, and makes what is missing.
func openFiles(file, key string) (*store.DB, *keyring.Ring, error) {
	db, err := store.Open("sqlite:"+file, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	master, err := keyring.ReadMaster(key)
	if migrated, other := db.Migrated(ctx); err == nil && !migrated {
		err = errors.Join(other, db.Migrate(ctx))
	}
	if err != nil {
		return nil, nil, err
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, func() time.Time { return noon })
	return db, ring, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *fixture) signIn(d session.Delivery) (session.Session, secret.Text) {
	h.t.Helper()
	s, token, err := h.Sessions.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: d, AMR: session.AMRFor(false)})
	must(h.t, err)
	return s, token
}

// addBob adds another account.
func (h *fixture) addBob() error {
	return store.Accounts{DB: h.db}.Insert(ctx, account.Account{ID: "bob", Email: "bob@example.com"})
}

// grant is a step-up that was proven.
func (h *fixture) grant(p stepup.Purpose) stepup.Grant {
	h.t.Helper()
	_, g, err := h.StepUps.Issue(ctx, h.sess, p, "", session.AMRFor(true))
	must(h.t, err)
	return g
}

func (h *fixture) begin(name string) mfa.NewEnrollment {
	h.t.Helper()
	b, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: name}, h.grant("mfa.enroll"))
	must(h.t, err)
	return b
}

func (h *fixture) code(b mfa.NewEnrollment) string { return b.Key.Code(totp.StepAt(h.now)) }

// wrong is a code that fits neither now nor soon nor lately.
func (h *fixture) wrong(b mfa.NewEnrollment) string {
	for n := 0; ; n++ {
		code := fmt.Sprintf("%06d", n)
		if _, near := b.Key.ClockOffset(code, h.now); !near && len(b.Key.Match(code, h.now)) == 0 {
			return code
		}
	}
}

// enroll adds a method and moves the clock to its next code.
func (h *fixture) enroll(name string) (mfa.Method, mfa.NewEnrollment) {
	h.t.Helper()
	b := h.begin(name)
	m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "")
	must(h.t, err)
	if !change.NewToken.IsZero() {
		h.token = change.NewToken
	}
	h.sess = h.resumed(h.token)
	_, h.elsewhere = h.signIn(session.Token)
	h.now = h.now.Add(30 * time.Second)
	return m, b
}

func (h *fixture) resumed(token secret.Text) session.Session {
	h.t.Helper()
	s, err := h.Sessions.Resume(ctx, token)
	must(h.t, err)
	return s
}

// state is everything that must change together.
type state struct {
	Methods    []string // a suspended one in brackets
	Codes      []string // the ids of recovery codes that work
	Mails      int      // in the outbox
	Pending    string
	Tries      int
	Level      session.ACR
	Session    bool // the token that was held still opens it
	Elsewhere  bool
	GrantAlive bool
}

func (h *fixture) state(g stepup.Grant) state {
	h.t.Helper()
	h.faults.off()
	var s state
	found, err := h.Methods(ctx, "ada")
	must(h.t, err)
	for _, m := range found {
		if m.Suspended() {
			m.Name = "(" + m.Name + ")"
		}
		s.Methods = append(s.Methods, m.Name)
	}
	codes, err := h.Store.RecoveryCodes(ctx, "ada")
	must(h.t, err)
	for _, c := range codes {
		if c.UsedAt.IsZero() {
			s.Codes = append(s.Codes, c.ID)
		}
	}
	s.Mails, _, err = store.Outbox{DB: h.db}.Waiting(ctx)
	must(h.t, err)
	holds, err := h.State(ctx, "ada")
	must(h.t, err)
	s.Pending, s.Tries = holds.Enrollment.ID, holds.Enrollment.Tries
	if sess, err := h.Sessions.Resume(ctx, h.token); err == nil {
		s.Session, s.Level = true, sess.AMR.ACR()
	}
	_, err = h.Sessions.Resume(ctx, h.elsewhere)
	s.Elsewhere = err == nil
	st, err := store.SignIns{DB: h.db}.Load(ctx, authn.SnapshotQuery{AccountID: "ada", StepUp: g.ID, At: h.now})
	must(h.t, err)
	s.GrantAlive = st.StepUp
	return s
}

// left answers how many guesses at a code are free, and takes one of them.
func (h *fixture) left() int {
	h.t.Helper()
	b, err := h.Attempts.Reserve(ctx, mfa.AttemptFor("ada", h.sess), throttle.SubLimit{})
	must(h.t, err)
	return b.Left
}

// unwrap takes the faults away, which count and are not made for many at once.
func (h *fixture) unwrap() {
	h.Store, h.Accounts = store.Methods{DB: h.db}, store.Accounts{DB: h.db}
	h.Notices = h.Notices.(notices).Notices
	h.Sessions.Store, h.StepUps.Store, h.Attempts.Store = store.Sessions{DB: h.db}, store.StepUps{DB: h.db}, store.Attempts{DB: h.db}
}

// verify looks which of an account's methods a code fits.
func (h *fixture) verify(accountID, code string) (mfa.CodeMatch, error) {
	methods, err := h.Methods(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return h.MatchCode(ctx, methods, code)
}
