package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

const phrase = "correct horse battery staple"

// dataset is the accounts of one database, made straight in it: through the program each would cost the time of a password's
// hash.
type dataset struct {
	at       database
	db       *store.DB
	ring     *keyring.Ring
	trail    audit.Log
	sessions *session.Service
	stepUps  *stepup.Service

	people []testUser
}

// testUser is a signed-in account with MFA, and what a caller needs to act as it.
type testUser struct {
	id, email, method string
	key               totp.Key
	session           session.Session
	bearer            string // a line of headers
}

func openDataset(ctx context.Context, at database) (*dataset, error) {
	db, err := store.Open(at.url, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	master, err := keyring.ReadMaster(at.master)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, time.Now)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	t := &dataset{at: at, db: db, ring: ring}
	t.trail = audit.Log{To: slog.New(slog.DiscardHandler), Store: store.Activity{DB: db}, Now: time.Now, NewID: newID}
	const long = 12 * time.Hour
	t.sessions = &session.Service{
		Store: store.Sessions{DB: db}, Now: time.Now, NewID: newID,
		Limits: session.Limits{AAL1Idle: long, AAL1Absolute: long, AAL2Idle: long, AAL2Absolute: long, PerAccount: 20},
	}
	t.stepUps = &stepup.Service{
		Store: store.StepUps{DB: db}, Keys: ring, Audit: t.trail, Issuer: issuer, Lifetime: 5 * time.Minute, Now: time.Now, NewID: newID,
	}
	return t, nil
}

func (t *dataset) close() error { return t.db.Close() }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// batch is how many rows of each kind go into one transaction.
const batch = 500

// inBatches calls do for 0 to n-1, in transactions.
func (t *dataset) inBatches(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	for first := 0; first < n; first += batch {
		err := t.db.InTx(ctx, func(ctx context.Context) error {
			for i := first; i < min(first+batch, n); i++ {
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// families is how many accounts are made one by one; the others are copies of them.
const families = 1000

// populate makes so many accounts, each with a method, recovery codes, a session and activity, and picks people, at most
// so many and evenly spread, whose phones and tokens are known.
func (t *dataset) populate(ctx context.Context, accounts, people int) error {
	hasher, err := password.NewHasher(password.Default, 1, 1, time.Minute)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(secret.New(phrase))
	if err != nil {
		return err
	}
	first := min(accounts, families)
	founders := make([]testUser, first)
	err = t.inBatches(ctx, first, func(ctx context.Context, i int) error {
		founders[i] = testUser{id: newID(), email: fmt.Sprintf("person-%d@example.com", i), method: newID()}
		return t.settle(ctx, founders[i], hash)
	})
	if err != nil {
		return err
	}
	copies := (accounts+first-1)/first - 1
	if err := t.multiply(ctx, copies); err != nil {
		return err
	}
	people = min(people, first*(copies+1))
	t.people = make([]testUser, people)
	used := (people + first - 1) / first
	return t.inBatches(ctx, people, func(ctx context.Context, i int) error {
		t.people[i] = copyOf(founders[i%first], i/first*(copies+1)/used)
		return t.meet(ctx, &t.people[i])
	})
}

// settle makes an account.
func (t *dataset) settle(ctx context.Context, p testUser, hash string) error {
	now := time.Now()
	err := store.Accounts{DB: t.db}.Insert(ctx, account.Account{ID: p.id, Email: p.email, Language: "en", PasswordHash: hash, CreatedAt: now, PasswordChangedAt: now})
	if err != nil {
		return err
	}
	err = store.Methods{DB: t.db}.InsertMethod(ctx, mfa.Method{ID: p.method, AccountID: p.id, Type: "totp", Name: "Phone", SealedKey: randomBytes(53), CreatedAt: now})
	if err != nil {
		return err
	}
	codes := make([]mfa.StoredRecoveryCode, 10)
	for i := range codes {
		codes[i] = mfa.StoredRecoveryCode{ID: newID(), AccountID: p.id, Hash: hash, CreatedAt: now}
	}
	if err := (store.Methods{DB: t.db}).InsertRecoveryCodes(ctx, codes); err != nil {
		return err
	}
	if _, _, err := t.sessions.Create(ctx, session.CreateParams{AccountID: p.id, Delivery: session.Cookie, AMR: session.AMRFor(true)}); err != nil {
		return err
	}
	for _, kind := range []audit.Kind{audit.AccountCreated, audit.SignInSucceeded, audit.SessionCreated} {
		if err := t.trail.Record(ctx, audit.Event{Kind: kind, AccountID: p.id}); err != nil {
			return err
		}
	}
	return nil
}

// meet enrolls an authenticator for an account and signs it in.
func (t *dataset) meet(ctx context.Context, p *testUser) (err error) {
	if p.key, err = totp.NewKey(); err != nil {
		return err
	}
	sealed, err := t.ring.Seal(p.key.Bytes(), p.id, p.method)
	if err != nil {
		return err
	}
	methods := store.Methods{DB: t.db}
	if _, err := methods.DeleteMethod(ctx, p.id, p.method); err != nil {
		return err
	}
	err = methods.InsertMethod(ctx, mfa.Method{ID: p.method, AccountID: p.id, Type: "totp", Name: "Phone", SealedKey: sealed, CreatedAt: time.Now()})
	if err != nil {
		return err
	}
	sess, token, err := t.sessions.Create(ctx, session.CreateParams{AccountID: p.id, Delivery: session.Token, AMR: session.AMRFor(true), IP: "127.0.0.1", UserAgent: "bench"})
	p.session, p.bearer = sess, "Authorization: Bearer "+token.Reveal()
	return err
}

// pending creates pending sign-ins without checking passwords, and returns their tokens.
func (t *dataset) pending(ctx context.Context, people []testUser) ([]string, error) {
	tokens := make([]string, len(people))
	err := t.inBatches(ctx, len(people), func(ctx context.Context, i int) error {
		token, now := secret.Random("tf_i_"), time.Now()
		tokens[i] = token.Reveal()
		return store.SignIns{DB: t.db}.Insert(ctx, authn.PendingSignIn{
			ID: newID(), AccountID: people[i].id, Delivery: session.Token, Bucket: throttle.AnonymousBucket, CreatedAt: now, ExpiresAt: now.Add(5 * time.Minute),
		}, token.Hash())
	})
	return tokens, err
}

// stepUp makes tokens for beginning an enrollment.
func (t *dataset) stepUp(ctx context.Context, people []testUser) ([]string, error) {
	tokens := make([]string, len(people))
	err := t.inBatches(ctx, len(people), func(ctx context.Context, i int) error {
		token, _, err := t.stepUps.Issue(ctx, people[i].session, "mfa.enroll", "", session.AMRFor(true))
		tokens[i] = token.Reveal()
		return err
	})
	return tokens, err
}
