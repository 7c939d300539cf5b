package authn_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/store"
	"twofold/internal/test/faultstore"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

const ada = "ada@example.com"

var (
	ctx  = context.Background()
	noon = faultstore.Noon
	must = faultstore.Must

	right = secret.New("correct horse battery staple")
	wrong = secret.New("incorrect horse battery staple")
)

// hashed returns hashes of the right password, made once for all tests: with outdated parameters, and with current ones.
var hashed = sync.OnceValues(func() (outdated, current string) {
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

// fixture is an authn.Service over a real database, with a clock that the test advances and a store that can be made to fail.
type fixture struct {
	*authn.Service
	t      *testing.T
	now    time.Time
	db     *store.DB
	faults *faultstore.Faults
	key    totp.Key // of ada's app
	log    *lines

	buckets []throttle.Bucket // whose failures counted adds up
}

// lines collects the lines of the audit log.
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

// newFixture returns a fixture in which ada has an account and no MFA.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	h := &fixture{t: t, now: noon, log: &lines{}, buckets: []throttle.Bucket{throttle.AnonymousBucket}}
	_, hash := hashed()
	hasher, err := password.NewTestHasher(password.TestParams, 2, 1000, time.Minute)
	must(t, err)
	world := faultstore.Open(t, func() time.Time { return h.now }, hasher, h.log, account.Account{ID: "ada", Email: ada, PasswordHash: hash})
	h.db, h.faults = world.DB, world.Faults
	methods := world.MFA(time.Hour)
	methods.Limits.EnrollmentLifetime = time.Hour
	h.Service = &authn.Service{
		Store:    faultstore.SignIns{Store: store.SignIns{DB: h.db}, Faults: h.faults},
		Devices:  faultstore.Devices{Devices: store.Devices{DB: h.db}, Faults: h.faults},
		Accounts: faultstore.Accounts{Store: store.Accounts{DB: h.db}, Faults: h.faults}, Passwords: world.Hasher,
		Attempts: methods.Attempts, Methods: methods, Sessions: methods.Sessions, StepUps: methods.StepUps, Audit: world.Trail, Notices: methods.Notices,
		Removals: &mfaremoval.Service{Store: store.Removals{DB: h.db}},
		Limits:   authn.Limits{SignInLifetime: 5 * time.Minute, SignInTries: 5, MaxPending: 5, DeviceLifetime: 180 * 24 * time.Hour, Devices: 50},
		Now:      world.Clock, NewID: world.NewID,
	}
	return h
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
		{ID: "first", AccountID: "ada", Hash: storedCodes()[0], CreatedAt: noon}, {ID: "second", AccountID: "ada", Hash: storedCodes()[1], CreatedAt: noon},
	}))
	h.key = key
}

// storedCodes returns the hashes of ada's recovery codes, made once for all tests.
var storedCodes = sync.OnceValue(func() []string {
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

// recovery returns ada's first recovery code.
func recovery() authn.SecondFactor {
	code, err := mfa.ParseRecoveryCode("0a1b-2c3d-4e5f-6g7h")
	if err != nil {
		panic(err)
	}
	return authn.SecondFactor{RecoveryCode: code}
}

// verify returns which of ada's methods a code matches.
func (h *fixture) verify(code string) (mfa.CodeMatch, error) {
	methods, err := h.Methods.Methods(ctx, "ada")
	must(h.t, err)
	return h.Methods.MatchCode(ctx, methods, code)
}

func (h *fixture) code() string { return h.key.Code(totp.StepAt(h.now)) }

// wrongCode returns a code that ada's app does not show around now.
func (h *fixture) wrongCode() string {
	for _, code := range []string{"000000", "111111", "222222"} {
		if len(h.key.Match(code, h.now)) == 0 {
			return code
		}
	}
	panic("three codes fit at once")
}

// signedIn returns a new session of ada, with one factor or two.
func (h *fixture) signedIn(withCode bool) (session.Session, secret.Text) {
	h.t.Helper()
	s, token, err := h.Sessions.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: session.Cookie, AMR: session.AMRFor(withCode)})
	must(h.t, err)
	return s, token
}

// pending returns a sign-in whose password was right.
func (h *fixture) pending(d session.Delivery) authn.SignInResult {
	h.t.Helper()
	out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: d})
	must(h.t, err)
	if out.Session.ID != "" || out.Pending.ID == "" {
		h.t.Fatalf("got %+v, want a pending sign-in", out)
	}
	return out
}

// lastStep returns the last step that ada's app was used for.
func (h *fixture) lastStep() totp.Step {
	h.t.Helper()
	found, err := store.Methods{DB: h.db}.Methods(ctx, "ada")
	must(h.t, err)
	if len(found) == 0 {
		return 0
	}
	return found[0].LastStep
}

// counted returns how many failures of a kind are counted in h.buckets.
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
