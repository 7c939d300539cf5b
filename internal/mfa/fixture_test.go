package mfa_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/test/faultstore"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

var (
	ctx  = context.Background()
	noon = faultstore.Noon
	must = faultstore.Must
)

// fixture is an mfa.Service over a real database, with a clock that the test advances and a store that can be made to fail.
// Ada has an account and two sessions.
type fixture struct {
	*mfa.Service
	t      *testing.T
	now    time.Time
	db     *store.DB
	ring   *keyring.Ring
	faults *faultstore.Faults

	sess      session.Session // ada's, with one factor at first
	token     secret.Text
	elsewhere secret.Text // token of her other session
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	h := &fixture{t: t, now: noon}
	hasher, err := password.NewTestHasher(password.TestParams, 1, 100, time.Minute)
	must(t, err)
	world := faultstore.Open(t, func() time.Time { return h.now }, hasher, io.Discard, account.Account{ID: "ada", Email: "ada@example.com"})
	h.Service, h.db, h.ring, h.faults = world.MFA(time.Hour), world.DB, world.Ring, world.Faults
	h.sess, h.token = h.signIn(session.Cookie)
	_, h.elsewhere = h.signIn(session.Token)
	return h
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

// grant returns a step-up for a purpose.
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

// wrong returns a code that matches no step around now, even with a clock offset.
func (h *fixture) wrong(b mfa.NewEnrollment) string {
	for n := 0; ; n++ {
		code := fmt.Sprintf("%06d", n)
		if _, near := b.Key.ClockOffset(code, h.now); !near && len(b.Key.Match(code, h.now)) == 0 {
			return code
		}
	}
}

// enroll adds a method and advances the clock to its next code.
func (h *fixture) enroll(name string) (mfa.Method, mfa.NewEnrollment) {
	h.t.Helper()
	b := h.begin(name)
	m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
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

// state is the state that must change together.
type state struct {
	Methods    []string // a suspended one in brackets
	Codes      []string // the ids of unused recovery codes
	Mails      int      // in the outbox
	Pending    string
	Tries      int
	Level      session.ACR
	Session    bool // h.token belongs to a session
	Elsewhere  bool
	GrantAlive bool
}

func (h *fixture) state(g stepup.Grant) state {
	h.t.Helper()
	h.faults.Off()
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

// left counts an attempt at a code and returns how many are left.
func (h *fixture) left() int {
	h.t.Helper()
	b, err := h.Attempts.Reserve(ctx, mfa.AttemptFor("ada", h.sess), throttle.SubLimit{})
	must(h.t, err)
	return b.Left
}

// verify returns which of an account's methods a code matches.
func (h *fixture) verify(accountID, code string) (mfa.CodeMatch, error) {
	methods, err := h.Methods(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return h.MatchCode(ctx, methods, code)
}
