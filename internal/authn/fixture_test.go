package authn_test

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
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

const ada = "ada@example.com"

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 5, 0, time.UTC)

	right = secret.New("correct horse battery staple")
	wrong = secret.New("incorrect horse battery staple")
)

// hashed is the right password's hash, made once for all tests: at less than the house's cost, and at that.
var hashed = sync.OnceValues(func() (least, today string) {
	hash := func(p password.Params) string {
		h, err := password.NewTestHasher(p, 1, 0, time.Second)
		if err != nil {
			panic(err)
		}
		text, err := h.Hash(right)
		if err != nil {
			panic(err)
		}
		return text
	}
	return hash(password.Params{MemoryKiB: 512, Time: 1, Parallelism: 1}), hash(password.TestParams)
})

// fixture is the engine over a real database, with a clock that is moved and a store that can be made to fail.
type fixture struct {
	*authn.Service
	t      *testing.T
	now    time.Time
	faults *faults
	db     *store.DB
	key    totp.Key
	log    *lines

	buckets []throttle.Bucket // those that counted looks into
}

// lines is what the audit wrote.
type lines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	return len(b), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// open makes a house in which ada has an account.
func open(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	database, masterKey := template()
	must(t, errors.Join(os.WriteFile(file, database, 0o600), os.WriteFile(key, masterKey, 0o600)))
	db, ring, err := openFiles(file, key)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	hasher, err := password.NewTestHasher(password.TestParams, 2, 1000, time.Minute)
	must(t, err)
	h := &fixture{t: t, now: noon, faults: &faults{}, db: db, log: &lines{}, buckets: []throttle.Bucket{throttle.AnonymousBucket}}
	clock := func() time.Time { return h.now }
	var mu sync.Mutex
	ids := 0
	newID := func() string { mu.Lock(); defer mu.Unlock(); ids++; return fmt.Sprintf("id-%03d", ids) }
	trail := audit.Log{To: slog.New(slog.NewTextHandler(h.log, nil)), Store: store.Activity{DB: db}, Now: clock, NewID: newID}
	limiter := &throttle.Limiter{
		Store: attempts{store.Attempts{DB: db}, h.faults}, Now: clock,
		Limits: throttle.Limits{FreeAttempts: 5, FirstBackoff: 30 * time.Second, MaxBackoff: time.Hour, HardLimit: 100},
	}
	sittings := &session.Service{
		Store: sessions{store.Sessions{DB: db}, h.faults}, Now: clock, NewID: newID,
		Limits: session.Limits{AAL1Idle: time.Hour, AAL1Absolute: time.Hour, AAL2Idle: time.Hour, AAL2Absolute: time.Hour, PerAccount: 20},
	}
	tokens := &stepup.Service{
		Store: stepUps{store.StepUps{DB: db}, h.faults}, Keys: ring, Audit: trail, Issuer: "https://example.com", Lifetime: 5 * time.Minute, Now: clock, NewID: newID,
	}
	h.Service = &authn.Service{
		Store: signIns{store.SignIns{DB: db}, h.faults}, Devices: devices{store.Devices{DB: db}, h.faults}, Accounts: accounts{store.Accounts{DB: db}, h.faults}, Passwords: hasher,
		Attempts: limiter, Sessions: sittings, StepUps: tokens, Audit: trail,
		Notices: notices{mail(db, ring, clock, newID), h.faults},
		Methods: &mfa.Service{
			Store: methods{store.Methods{DB: db}, h.faults}, Accounts: store.Accounts{DB: db}, Sealer: ring, Sessions: sittings, StepUps: tokens,
			Hasher: hasher, Attempts: limiter, Notices: notices{mail(db, ring, clock, newID), h.faults}, Audit: trail, Limits: mfa.Limits{Methods: 5, EnrollmentLifetime: time.Hour, EnrollmentTries: 5, RecoveryCodes: 2},
			Issuer: "Twofold", Now: clock, NewID: newID,
		},
		Removals: &mfaremoval.Service{Store: store.Removals{DB: db}},
		Limits:   authn.Limits{SignInLifetime: 5 * time.Minute, SignInTries: 5, MaxPending: 5, DeviceLifetime: 180 * 24 * time.Hour, Devices: 50},
		Now:      clock, NewID: newID,
	}
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
	_, hash := hashed()
	if err := errors.Join(store.Accounts{DB: db}.Insert(ctx, account.Account{ID: "ada", Email: ada, PasswordHash: hash}), db.Close()); err != nil {
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

// enroll gives ada an authenticator app that has never been used, and two recovery codes.
func (h *fixture) enroll() {
	h.t.Helper()
	key, err := totp.NewKey()
	must(h.t, err)
	sealed, err := h.Methods.Sealer.Seal(key.Bytes(), "ada", "phone")
	must(h.t, err)
	must(h.t, store.Methods{DB: h.db}.InsertMethod(ctx, mfa.Method{ID: "phone", AccountID: "ada", Type: mfa.TOTP, Name: "phone", SealedKey: sealed}))
	must(h.t, store.Methods{DB: h.db}.InsertRecoveryCodes(ctx, []mfa.StoredRecoveryCode{
		{ID: "first", AccountID: "ada", Hash: keptCodes()[0], CreatedAt: noon}, {ID: "second", AccountID: "ada", Hash: keptCodes()[1], CreatedAt: noon},
	}))
	h.key = key
}

// keptCodes are the hashes of ada's recovery codes, made once for all tests.
var keptCodes = sync.OnceValue(func() []string {
	hasher, err := password.NewTestHasher(password.TestParams, 1, 0, time.Second)
	if err != nil {
		panic(err)
	}
	hashes, err := hasher.HashSet([]secret.Text{secret.New("0A1B2C3D4E5F6G7H"), secret.New("8J9K0M1N2P3Q4R5S")})
	if err != nil {
		panic(err)
	}
	return hashes
})

// recovery is ada's first recovery code.
func recovery() authn.SecondFactor {
	code, err := mfa.ParseRecoveryCode("0a1b-2c3d-4e5f-6g7h")
	if err != nil {
		panic(err)
	}
	return authn.SecondFactor{RecoveryCode: code}
}

// verify looks which of ada's methods a code fits.
func (h *fixture) verify(code string) (mfa.CodeMatch, error) {
	methods, err := h.Methods.Methods(ctx, "ada")
	must(h.t, err)
	return h.Methods.MatchCode(ctx, methods, code)
}

func (h *fixture) code() string { return h.key.Code(totp.StepAt(h.now)) }

// wrongCode is none that ada's app shows around now.
func (h *fixture) wrongCode() string {
	for _, code := range []string{"000000", "111111", "222222"} {
		if len(h.key.Match(code, h.now)) == 0 {
			return code
		}
	}
	panic("three codes fit at once")
}

// signedIn is a session of ada's.
func (h *fixture) signedIn(withCode bool) (session.Session, secret.Text) {
	h.t.Helper()
	s, token, err := h.Sessions.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: session.Cookie, AMR: session.AMRFor(withCode)})
	must(h.t, err)
	return s, token
}

// needSecond is a sign-in whose password was right.
func (h *fixture) pending(d session.Delivery) authn.SignInResult {
	h.t.Helper()
	out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: d})
	must(h.t, err)
	if out.Session.ID != "" || out.Pending.ID == "" {
		h.t.Fatalf("got %+v, want a pending sign-in", out)
	}
	return out
}

// lastStep is the step that ada's app was used for last.
func (h *fixture) lastStep() totp.Step {
	h.t.Helper()
	found, err := store.Methods{DB: h.db}.Methods(ctx, "ada")
	must(h.t, err)
	if len(found) == 0 {
		return 0
	}
	return found[0].LastStep
}

// counts answers how many failures of a kind are counted in the house's buckets.
func (h *fixture) counted(k throttle.Kind) int {
	h.t.Helper()
	sum := 0
	for _, bucket := range h.buckets {
		g := throttle.Attempt{Subject: "ada", Kind: k, Bucket: bucket}
		c, err := store.Attempts{DB: h.db}.Counts(ctx, g, throttle.SubLimit{})
		must(h.t, err)
		sum += c.Failures
	}
	return sum
}
