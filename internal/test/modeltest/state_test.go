package modeltest

import (
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// The rules of the server, tighter than those of the product, so that a short history comes to every end of them.
const (
	aal1Idle, aal1Absolute = time.Hour, 24 * time.Hour
	aal2Idle, aal2Absolute = 30 * time.Minute, 12 * time.Hour

	sessionsMost    = 3
	methodsMost     = 2
	codesInASet     = 2
	stepUpLifetime  = 5 * time.Minute
	enrollmentLife  = 10 * time.Minute
	enrollmentTries = 3
	signInLifetime  = 5 * time.Minute
	signInTries     = 3
	signInsOpen     = 2
	leeway          = 30 * time.Second // of a step-up token's times
)

// settings are those rules as the server's settings.
var settings = []string{
	"TWOFOLD_SESSIONS_PER_ACCOUNT=3", "TWOFOLD_MAX_METHODS=2", "TWOFOLD_RECOVERY_CODES=2", "TWOFOLD_ENROLLMENT_TRIES=3",
	"TWOFOLD_SIGN_IN_TRIES=3", "TWOFOLD_MAX_PENDING_SIGN_INS=2", "TWOFOLD_FREE_ATTEMPTS=3", "TWOFOLD_ATTEMPTS_MAX_WAIT=2m",
	"TWOFOLD_ATTEMPT_LIMIT=7", "TWOFOLD_REMOVAL_DELAY=10m", "TWOFOLD_REMOVAL_TICK_MAX=8m", "TWOFOLD_REMOVAL_COOLDOWN=1h",
	"TWOFOLD_REMOVAL_LINK_LIFETIME=1h",
	"TWOFOLD_IP_FAILURE_LIMIT=1000000000", "TWOFOLD_IP_SIGN_IN_LIMIT=1000000000",
}

// account is what the model knows of one.
type account struct {
	name, email string
	made        time.Time // and its password with it
	methods     []*method // the oldest first
	codes       []*recoveryCode
	enrollment  *enrollment
	sessions    []*session // in the order in which they began
	signIns     []*signIn  // likewise
	attempts    attempts
	removal     *removal

	phones []*apptest.Phone // every one that ever scanned a key, the oldest first
	shown  []string         // every recovery code that was ever shown
}

func (a *account) enabled() bool { return len(a.methods) > 0 }

// left is how many recovery codes work.
func (a *account) left() (n int) {
	for _, c := range a.codes {
		if !c.used {
			n++
		}
	}
	return n
}

type method struct {
	id       string
	phone    *apptest.Phone
	lastStep totp.Step
	madeAt   time.Time
}

type recoveryCode struct {
	text string
	used bool
}

type enrollment struct {
	id       string
	phone    *apptest.Phone
	session  *session
	replaces *method
	tries    int
	ends     time.Time
}

func (e *enrollment) over(now time.Time) bool {
	return !now.Before(e.ends) || e.tries >= enrollmentTries
}

type session struct {
	number   int
	account  *account
	id       string
	token    string // the one that works
	cookie   bool   // that it was delivered in
	aal2     bool
	authTime time.Time
	made     time.Time
	lastUsed time.Time
	ends     time.Time
	gone     bool
}

func (s *session) idle() time.Duration {
	if s.aal2 {
		return aal2Idle
	}
	return aal1Idle
}

func (s *session) acr() string {
	if s.aal2 {
		return "aal2"
	}
	return "aal1"
}

// prove gives the session the proofs of an event now.
func (s *session) prove(aal2 bool, now time.Time) {
	s.aal2, s.authTime, s.lastUsed = aal2, now, now
	s.ends = now.Add(aal1Absolute)
	if aal2 {
		s.ends = now.Add(aal2Absolute)
	}
}

func (s *session) expires() time.Time {
	if idle := s.lastUsed.Add(s.idle()); idle.Before(s.ends) {
		return idle
	}
	return s.ends
}

func (s *session) over(now time.Time) bool { return s.gone || !now.Before(s.expires()) }

type signIn struct {
	number  int
	account *account
	token   string
	cookie  bool
	bucket  string
	tries   int
	made    time.Time
	gone    bool
}

type stepUp struct {
	number  int
	session *session
	token   string
	purpose string
	aal2    bool
	issued  time.Time
	gone    bool
}

// device is a browser as one account knows it.
type device struct {
	number  int
	account *account
	token   string // empty until the answer is there
	aal2    bool   // it has signed in with two factors
}

// modelState is everything that the model knows.
type modelState struct {
	now      time.Time
	accounts []*account
	sessions []*session // every one that ever began
	signIns  []*signIn
	stepUps  []*stepUp
	devices  []*device
	links    []*completion
	numbers  int // given out so far
}

func (w *modelState) number() int {
	w.numbers++
	return w.numbers
}

// resume is the session that a token stands for; nil: none does.
func (w *modelState) resume(token string) *session {
	if token == "" {
		return nil
	}
	for _, s := range w.sessions {
		if s.token == token && !s.over(w.now) {
			if w.now.Sub(s.lastUsed) >= s.idle()/30 {
				s.lastUsed = w.now
			}
			return s
		}
	}
	return nil
}

// end ends a session, and with it the tokens and the enrollment that are its own.
func (w *modelState) end(s *session) {
	s.gone = true
	a := s.account
	a.sessions = without(a.sessions, s)
	if a.enrollment != nil && a.enrollment.session == s {
		a.enrollment = nil
	}
	for _, u := range w.stepUps {
		if u.session == s {
			u.gone = true
		}
	}
}

// endOthers ends all sessions of the account but one, and says how many of them were not over anyway.
func (w *modelState) endOthers(a *account, keep *session) (ended int) {
	for _, s := range slices.Clone(a.sessions) {
		if s == keep {
			continue
		}
		if !s.over(w.now) {
			ended++
		}
		w.end(s)
	}
	return ended
}

func (w *modelState) endStepUps(a *account) {
	for _, u := range w.stepUps {
		if u.session.account == a {
			u.gone = true
		}
	}
}

// permits reports whether a step-up token can be consumed for a purpose in a session.
func (w *modelState) permits(u *stepUp, s *session, purpose string) bool {
	return u != nil && !u.gone && u.session == s && u.purpose == purpose && (u.aal2 || !s.account.enabled()) &&
		w.now.Before(u.issued.Add(stepUpLifetime)) && !w.now.Add(leeway).Before(u.issued)
}

// known is the account's device that a browser's token stands for; nil: the account does not know it.
func (w *modelState) known(a *account, token string) *device {
	for _, d := range w.devices {
		if d.account == a && token != "" && d.token == token {
			return d
		}
	}
	return nil
}

// meet is what a sign-in does to a browser: every account that knew it knows it by its next token.
func (w *modelState) meet(a *account, token string, aal2 bool) {
	known := w.known(a, token)
	for _, d := range w.devices {
		if token != "" && d.token == token {
			d.token = ""
		}
	}
	if known == nil {
		known = &device{number: w.number(), account: a}
		w.devices = append(w.devices, known)
	}
	known.aal2 = known.aal2 || aal2
}

// beginMFA is what the first method ends beside sessions: what the password alone was enough for, but for the device of the session
// that it is confirmed in.
func (w *modelState) beginMFA(s *session, browser string) {
	a := s.account
	for _, s := range slices.Clone(a.signIns) {
		w.drop(s)
	}
	var keep *device
	if s.cookie {
		keep = w.known(a, browser)
	}
	w.devices = slices.DeleteFunc(w.devices, func(d *device) bool { return d.account == a && d != keep })
	a.revive(kindRecovery)
}

// oldest are those that go so that keep are left: by when they were made, and then in which order.
func oldest[T any](all []T, keep int, made func(T) time.Time) []T {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int { return made(a).Compare(made(b)) })
	return sorted[:max(len(sorted)-keep, 0)]
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return x == one })
}
