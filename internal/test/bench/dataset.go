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

const passphrase = "correct horse battery staple"

// dataset fills a database with accounts and acts on them directly. Through the API each account would cost a password hash.
type dataset struct {
	database database
	db       *store.DB
	ring     *keyring.Ring
	trail    audit.Log
	sessions *session.Service
	stepUps  *stepup.Service

	users []testUser // accounts that the load may use
}

// testUser is a signed-in account with MFA, including what a caller needs to act as its owner.
type testUser struct {
	id, email, method string
	key               totp.Key
	session           session.Session
	bearer            string // header line
}

func openDataset(ctx context.Context, at database) (*dataset, error) {
	db, err := store.Open(at.url, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	master, err := keyring.ReadMaster(at.masterKey)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, time.Now)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d := &dataset{database: at, db: db, ring: ring}
	d.trail = audit.Log{To: slog.New(slog.DiscardHandler), Store: store.Activity{DB: db}, Now: time.Now, NewID: newID}
	const long = 12 * time.Hour
	d.sessions = &session.Service{
		Store: store.Sessions{DB: db}, Now: time.Now, NewID: newID,
		Limits: session.Limits{AAL1Idle: long, AAL1Absolute: long, AAL2Idle: long, AAL2Absolute: long, PerAccount: 20},
	}
	d.stepUps = &stepup.Service{
		Store: store.StepUps{DB: db}, Keys: ring, Audit: d.trail, Issuer: issuer, Lifetime: 5 * time.Minute, Now: time.Now, NewID: newID,
	}
	return d, nil
}

func (d *dataset) close() error { return d.db.Close() }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// batchSize is the number of calls per transaction in inBatches.
const batchSize = 500

// inBatches calls do for 0 to n-1, in transactions of batchSize calls.
func (d *dataset) inBatches(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	for first := 0; first < n; first += batchSize {
		err := d.db.InTx(ctx, func(ctx context.Context) error {
			for i := first; i < min(first+batchSize, n); i++ {
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

// maxOriginals is the number of accounts that are inserted one by one. All others are copies of them.
const maxOriginals = 1000

// populate inserts the given number of accounts, each with a method, recovery codes, a session and activity. It enrolls and
// signs in at most the given number of users, evenly spread over the accounts.
func (d *dataset) populate(ctx context.Context, accounts, users int) error {
	hasher, err := password.NewHasher(password.Default, 1, 1, time.Minute)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(secret.New(passphrase))
	if err != nil {
		return err
	}
	n := min(accounts, maxOriginals)
	originals := make([]testUser, n)
	err = d.inBatches(ctx, n, func(ctx context.Context, i int) error {
		originals[i] = testUser{id: newID(), email: fmt.Sprintf("user-%d@example.com", i), method: newID()}
		return d.insertAccount(ctx, originals[i], hash)
	})
	if err != nil {
		return err
	}
	copies := (accounts+n-1)/n - 1
	if err := d.multiply(ctx, copies); err != nil {
		return err
	}
	users = min(users, n*(copies+1))
	d.users = make([]testUser, users)
	usedPerOriginal := (users + n - 1) / n
	return d.inBatches(ctx, users, func(ctx context.Context, i int) error {
		d.users[i] = copyOf(originals[i%n], i/n*(copies+1)/usedPerOriginal)
		return d.enrollAndSignIn(ctx, &d.users[i])
	})
}

// insertAccount inserts an account with a method, recovery codes, a session and activity.
func (d *dataset) insertAccount(ctx context.Context, u testUser, hash string) error {
	now := time.Now()
	err := store.Accounts{DB: d.db}.Insert(ctx, account.Account{ID: u.id, Email: u.email, Language: "en", PasswordHash: hash, CreatedAt: now, PasswordChangedAt: now})
	if err != nil {
		return err
	}
	err = store.Methods{DB: d.db}.InsertMethod(ctx, mfa.Method{ID: u.method, AccountID: u.id, Type: "totp", Name: "Phone", SealedKey: randomBytes(53), CreatedAt: now})
	if err != nil {
		return err
	}
	codes := make([]mfa.StoredRecoveryCode, 10)
	for i := range codes {
		codes[i] = mfa.StoredRecoveryCode{ID: newID(), AccountID: u.id, Hash: hash, CreatedAt: now}
	}
	if err := (store.Methods{DB: d.db}).InsertRecoveryCodes(ctx, codes); err != nil {
		return err
	}
	if _, _, err := d.sessions.Create(ctx, session.CreateParams{AccountID: u.id, Delivery: session.Cookie, AMR: session.AMRFor(true)}); err != nil {
		return err
	}
	for _, kind := range []audit.Kind{audit.AccountCreated, audit.SignInSucceeded, audit.SessionCreated} {
		if err := d.trail.Record(ctx, audit.Event{Kind: kind, AccountID: u.id}); err != nil {
			return err
		}
	}
	return nil
}

// enrollAndSignIn replaces the user's method by one with a known key, and creates a session.
func (d *dataset) enrollAndSignIn(ctx context.Context, u *testUser) (err error) {
	if u.key, err = totp.NewKey(); err != nil {
		return err
	}
	sealed, err := d.ring.Seal(u.key.Bytes(), u.id, u.method)
	if err != nil {
		return err
	}
	methods := store.Methods{DB: d.db}
	if _, err := methods.DeleteMethod(ctx, u.id, u.method); err != nil {
		return err
	}
	err = methods.InsertMethod(ctx, mfa.Method{ID: u.method, AccountID: u.id, Type: "totp", Name: "Phone", SealedKey: sealed, CreatedAt: time.Now()})
	if err != nil {
		return err
	}
	sess, token, err := d.sessions.Create(ctx, session.CreateParams{AccountID: u.id, Delivery: session.Token, AMR: session.AMRFor(true), IP: "127.0.0.1", UserAgent: "bench"})
	u.session, u.bearer = sess, "Authorization: Bearer "+token.Reveal()
	return err
}

// pendingSignIns creates pending sign-ins without checking passwords, and returns their tokens.
func (d *dataset) pendingSignIns(ctx context.Context, users []testUser) ([]string, error) {
	tokens := make([]string, len(users))
	err := d.inBatches(ctx, len(users), func(ctx context.Context, i int) error {
		token, now := secret.Random("tf_i_"), time.Now()
		tokens[i] = token.Reveal()
		return store.SignIns{DB: d.db}.Insert(ctx, authn.PendingSignIn{
			ID: newID(), AccountID: users[i].id, Delivery: session.Token, Bucket: throttle.AnonymousBucket, CreatedAt: now, ExpiresAt: now.Add(5 * time.Minute),
		}, token.Hash())
	})
	return tokens, err
}

// stepUpTokens issues step-up tokens for beginning an enrollment.
func (d *dataset) stepUpTokens(ctx context.Context, users []testUser) ([]string, error) {
	tokens := make([]string, len(users))
	err := d.inBatches(ctx, len(users), func(ctx context.Context, i int) error {
		token, _, err := d.stepUps.Issue(ctx, users[i].session, "mfa.enroll", "", session.AMRFor(true))
		tokens[i] = token.Reveal()
		return err
	})
	return tokens, err
}
