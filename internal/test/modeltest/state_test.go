package modeltest

import (
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// The limits of the server. They are tighter than the defaults, so that short histories reach them.
const (
	aal1Idle, aal1Absolute = time.Hour, 24 * time.Hour
	aal2Idle, aal2Absolute = 30 * time.Minute, 12 * time.Hour

	maxSessions        = 3
	maxMethods         = 2
	recoveryCodeCount  = 2
	stepUpLifetime     = 5 * time.Minute
	enrollmentLifetime = 10 * time.Minute
	enrollmentTries    = 3
	signInLifetime     = 5 * time.Minute
	signInTries        = 3
	maxPendingSignIns  = 2
	leeway             = 30 * time.Second // of a step-up token's times
)

// settings sets those limits.
var settings = []string{
	"TWOFOLD_SESSIONS_PER_ACCOUNT=3", "TWOFOLD_MAX_METHODS=2", "TWOFOLD_RECOVERY_CODES=2", "TWOFOLD_ENROLLMENT_TRIES=3",
	"TWOFOLD_SIGN_IN_TRIES=3", "TWOFOLD_MAX_PENDING_SIGN_INS=2", "TWOFOLD_FREE_ATTEMPTS=3", "TWOFOLD_ATTEMPTS_MAX_WAIT=2m",
	"TWOFOLD_ATTEMPT_LIMIT=7", "TWOFOLD_REMOVAL_DELAY=10m", "TWOFOLD_REMOVAL_TICK_MAX=8m", "TWOFOLD_REMOVAL_COOLDOWN=1h",
	"TWOFOLD_REMOVAL_LINK_LIFETIME=1h",
	"TWOFOLD_IP_FAILURE_LIMIT=1000000000", "TWOFOLD_IP_SIGN_IN_LIMIT=1000000000",
}

// account is the state of an account.
type account struct {
	name, email string
	createdAt   time.Time // also of its password
	methods     []*method // oldest first
	codes       []*recoveryCode
	enrollment  *enrollment
	sessions    []*session // in order of creation
	signIns     []*signIn  // in order of creation
	attempts    attempts
	removal     *removal

	phones     []*apptest.Phone // every phone that ever got a key, oldest first
	shownCodes []string         // every recovery code that was ever shown
}

func (a *account) enabled() bool { return len(a.methods) > 0 }

// left returns the number of unused recovery codes.
func (a *account) left() (n int) {
	for _, c := range a.codes {
		if !c.used {
			n++
		}
	}
	return n
}

type method struct {
	id        string
	phone     *apptest.Phone
	lastStep  totp.Step
	createdAt time.Time
}

type recoveryCode struct {
	text string
	used bool
}

type enrollment struct {
	id        string
	phone     *apptest.Phone
	session   *session
	replaces  *method
	tries     int
	expiresAt time.Time
}

func (e *enrollment) expired(now time.Time) bool {
	return !now.Before(e.expiresAt) || e.tries >= enrollmentTries
}

type session struct {
	number    int
	account   *account
	id        string
	token     string // the current one
	cookie    bool   // delivered in a cookie
	aal2      bool
	authTime  time.Time
	createdAt time.Time
	lastUsed  time.Time
	expiresAt time.Time
	ended     bool
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

// authenticate records an authentication in the session.
func (s *session) authenticate(aal2 bool, now time.Time) {
	s.aal2, s.authTime, s.lastUsed = aal2, now, now
	s.expiresAt = now.Add(aal1Absolute)
	if aal2 {
		s.expiresAt = now.Add(aal2Absolute)
	}
}

func (s *session) expires() time.Time {
	if idle := s.lastUsed.Add(s.idle()); idle.Before(s.expiresAt) {
		return idle
	}
	return s.expiresAt
}

func (s *session) expired(now time.Time) bool { return s.ended || !now.Before(s.expires()) }

type signIn struct {
	number    int
	account   *account
	token     string
	cookie    bool
	bucket    string
	tries     int
	createdAt time.Time
	ended     bool
}

type stepUp struct {
	number  int
	session *session
	token   string
	purpose string
	aal2    bool
	issued  time.Time
	ended   bool
}

// device is a known browser of an account.
type device struct {
	number  int
	account *account
	token   string // empty until the response has set it
	aal2    bool   // it has signed in with two factors
}

// modelState is the state of the model.
type modelState struct {
	now        time.Time
	accounts   []*account
	sessions   []*session // every session ever created
	signIns    []*signIn
	stepUps    []*stepUp
	devices    []*device
	links      []*completion
	lastNumber int // see number
}

// number returns the next number, by which traces name sessions, sign-ins and step-ups.
func (w *modelState) number() int {
	w.lastNumber++
	return w.lastNumber
}

// resume returns the session of a token and extends its idle deadline, or returns nil if the token is unknown or expired.
func (w *modelState) resume(token string) *session {
	if token == "" {
		return nil
	}
	for _, s := range w.sessions {
		if s.token == token && !s.expired(w.now) {
			if w.now.Sub(s.lastUsed) >= s.idle()/30 {
				s.lastUsed = w.now
			}
			return s
		}
	}
	return nil
}

// end ends a session, and revokes its step-up tokens and enrollment.
func (w *modelState) end(s *session) {
	s.ended = true
	a := s.account
	a.sessions = without(a.sessions, s)
	if a.enrollment != nil && a.enrollment.session == s {
		a.enrollment = nil
	}
	for _, u := range w.stepUps {
		if u.session == s {
			u.ended = true
		}
	}
}

// endOthers ends all sessions of the account except keep. It returns how many of them had not expired.
func (w *modelState) endOthers(a *account, keep *session) (ended int) {
	for _, s := range slices.Clone(a.sessions) {
		if s == keep {
			continue
		}
		if !s.expired(w.now) {
			ended++
		}
		w.end(s)
	}
	return ended
}

func (w *modelState) endStepUps(a *account) {
	for _, u := range w.stepUps {
		if u.session.account == a {
			u.ended = true
		}
	}
}

// permits reports whether a step-up token can be consumed for a purpose in a session.
func (w *modelState) permits(u *stepUp, s *session, purpose string) bool {
	return u != nil && !u.ended && u.session == s && u.purpose == purpose && (u.aal2 || !s.account.enabled()) &&
		w.now.Before(u.issued.Add(stepUpLifetime)) && !w.now.Add(leeway).Before(u.issued)
}

// deviceOf returns the account's device with a browser's token, or nil.
func (w *modelState) deviceOf(a *account, token string) *device {
	for _, d := range w.devices {
		if d.account == a && token != "" && d.token == token {
			return d
		}
	}
	return nil
}

// rememberDevice records a sign-in from a browser. The browser's device token is rotated for every account that knows it.
func (w *modelState) rememberDevice(a *account, token string, aal2 bool) {
	known := w.deviceOf(a, token)
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

// beginMFA ends what the password alone created, besides sessions: pending sign-ins and devices, except the device of the session
// in which the first method is confirmed.
func (w *modelState) beginMFA(s *session, browser string) {
	a := s.account
	for _, s := range slices.Clone(a.signIns) {
		w.drop(s)
	}
	var keep *device
	if s.cookie {
		keep = w.deviceOf(a, browser)
	}
	w.devices = slices.DeleteFunc(w.devices, func(d *device) bool { return d.account == a && d != keep })
	a.clearKind(kindRecovery)
}

// oldest returns the oldest elements that must go so that keep are left.
func oldest[T any](all []T, keep int, createdAt func(T) time.Time) []T {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int { return createdAt(a).Compare(createdAt(b)) })
	return sorted[:max(len(sorted)-keep, 0)]
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(all), func(x T) bool { return x == one })
}
