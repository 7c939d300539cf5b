package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The actions of a client in a session.

// unknownID is an id of no object.
const unknownID = "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f"

// sessionFor returns the session that a client uses, or nil if it is not valid, and the bearer token of a script.
func (p *run) sessionFor(c *client, s step) (sess *session, bearer, description string) {
	if c.browser {
		return p.resume(c.session), "", c.name + " (its cookie)"
	}
	all := c.tokens
	if description = "the script"; s.stolen {
		all = append(slices.Clone(p.cookies), c.tokens...)
		description = "an attacker"
	}
	if len(all) == 0 {
		return nil, "", description + " without a session"
	}
	bearer = fromNewest(preferred(all, func(token string) bool { return p.isActive(token) }), s.index)
	return p.resume(bearer), bearer, description
}

// isActive reports whether a token belongs to a session that has not ended.
func (p *run) isActive(token string) bool {
	return slices.ContainsFunc(p.sessions, func(s *session) bool { return s.token == token && !s.expired(p.now) })
}

var signedOut = refuse(401, "session_required")

// doInSession performs a step that needs a session.
func (p *run) doInSession(c *client, s step) {
	p.action = s.action
	sess, bearer, description := p.sessionFor(c, s)
	a := p.accounts[s.account%len(p.accounts)]
	if sess != nil {
		a = sess.account
		description = fmt.Sprintf("%s in session %d, as %s at %s,", description, sess.number, a.name, sess.acr())
	}
	r := sessionCtx{run: p, c: c, bearer: bearer, description: description, s: sess, a: a, step: s}
	map[string]func(){
		"step up": r.stepUp, "begin": r.begin, "confirm": r.confirm, "cancel": r.cancel, "remove": r.remove, "generate": r.generate,
		"get session": r.getSession, "get MFA": r.getMFA, "list sessions": r.listSessions, "sign out": r.signOut,
		"end session": r.endSession, "end others": r.endOthers, "cancel removal": r.cancelRemoval,
	}[s.action]()
}

// sessionCtx is a request in a session; s is nil if it has ended.
type sessionCtx struct {
	*run
	c                   *client
	bearer, description string
	s                   *session
	a                   *account
	step                step
}

// checkReceipt checks the receipt of a change of factors, and records the rotated token of a session in a cookie.
func (r *sessionCtx) checkReceipt(token string, ended, sessionsEnded, left int) {
	if sessionsEnded != ended {
		r.fail("%d sessions ended, want %d", sessionsEnded, ended)
	}
	if left != r.a.left() {
		r.fail("%d recovery codes are left, want %d", left, r.a.left())
	}
	if (token != "") != r.s.cookie {
		r.fail("a new session cookie: %v, for a session in a cookie: %v", token != "", r.s.cookie)
	}
	if r.s.cookie {
		r.s.token = token
	}
}

func (r *sessionCtx) stepUp() {
	creds, factor := r.present(r.a, r.step.credential)
	if !strings.HasPrefix(r.step.purpose, "mfa.") {
		r.step.purpose = "mfa.enroll"
	}
	r.record("%s steps up for %s with %s", r.description, r.step.purpose, factor)
	checked := false
	buckets := r.bucketsOf(r.a, r.s, r.c.device)
	if r.s != nil {
		checked = r.a.allows(kindPassword, buckets[kindPassword], r.now).ok()
	}
	response := r.call(r.c, r.bearer, "POST", "/api/v1/step-up", creds.body(JSON{"purpose": r.step.purpose, "password": creds.password()}))
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	v, u := r.modelState.stepUp(r.s, r.step.purpose, creds, r.c.device)
	r.recordCredentials(r.a, buckets, creds, checked, response.Status, response.Code())
	if r.want(response, v, 201) {
		u.token = response.Text("step_up_token")
		r.trace[len(r.trace)-1] += fmt.Sprintf(" (step-up %d)", u.number)
		r.invariants.issued(u.token, response.Text("acr"))
		if u.aal2 != (response.Text("acr") == "aal2") {
			r.fail("the step-up is %s", response.Text("acr"))
		}
	}
}

// stepUpToken returns the step-up token of the request and its header.
func (r *sessionCtx) stepUpToken(purpose string) (u *stepUp, headers []string, description string) {
	all := preferred(r.stepUps, func(u *stepUp) bool { return u.session == r.s && u.purpose == purpose })
	all = preferred(all, func(u *stepUp) bool { return r.permits(u, r.s, purpose) })
	if u = fromNewest(all, r.step.token); u == nil {
		return nil, nil, "without a step-up"
	}
	description = fmt.Sprintf("with step-up %d", u.number)
	return u, []string{"Step-Up-Token", u.token}, description
}

func (r *sessionCtx) getSession() {
	r.record("%s gets the session", r.description)
	response := r.call(r.c, r.bearer, "GET", "/api/v1/sessions/current", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, prediction{}, 200)
	r.wantText(response, r.s.id, "id")
	r.wantText(response, r.s.acr(), "acr")
	for name, at := range map[string]time.Time{
		"auth_time": r.s.authTime, "created_at": r.s.createdAt, "last_used_at": r.s.lastUsed, "expires_at": r.s.expires(),
	} {
		r.wantText(response, at.Format(time.RFC3339), name)
	}
}

func (r *sessionCtx) getMFA() {
	r.record("%s gets the MFA state", r.description)
	response := r.call(r.c, r.bearer, "GET", "/api/v1/mfa", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, prediction{}, 200)
	var got, want []string
	list, _ := response.Value("methods").([]any)
	for _, m := range list {
		object, _ := m.(map[string]any)
		id, _ := object["id"].(string)
		got = append(got, id)
	}
	for _, m := range r.a.methods {
		want = append(want, m.id)
	}
	if !slices.Equal(got, want) || len(got) != r.invariants.methods[r.a] || response.Value("enabled") != r.a.enabled() {
		r.fail("the methods are %v, want %v, and %d by earlier responses", got, want, r.invariants.methods[r.a])
	}
	if r.a.enabled() {
		r.wantInt(response, r.a.left(), "recovery_codes", "remaining")
	}
	pending := response.Value("pending_enrollment", "id")
	if e := r.a.enrollment; (e != nil && !e.expired(r.now)) != (pending != nil) || pending != nil && pending != e.id {
		r.fail("the pending enrollment is %v", pending)
	}
	if got := response.Value("removal") != nil; got != r.a.removalShown(r.now) {
		r.fail("the state shows a removal: %v", got)
	}
}

func (r *sessionCtx) listSessions() {
	r.record("%s lists the sessions", r.description)
	response := r.call(r.c, r.bearer, "GET", "/api/v1/sessions", nil)
	if r.s == nil {
		r.want(response, signedOut, 0)
		return
	}
	r.want(response, prediction{}, 200)
	list, _ := response.Value("items").([]any)
	var want []string
	for _, s := range slices.Backward(r.a.sessions) {
		if !s.expired(r.now) {
			want = append(want, s.id)
		}
	}
	var got []string
	for _, item := range list {
		object, _ := item.(map[string]any)
		id, _ := object["id"].(string)
		got = append(got, id)
	}
	if !slices.Equal(got, want) || len(got) > maxSessions {
		r.fail("the sessions are %v, want %v", got, want)
	}
}
