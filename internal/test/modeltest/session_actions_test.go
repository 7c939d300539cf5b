package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The actions of a client in a session.

// nowhere is an id that nothing has.
const nowhere = "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f"

// in returns the session that a client uses, whether or not it is valid.
func (p *run) in(who *person, s step) (sess *session, bearer, words string) {
	if who.browser {
		return p.resume(who.session), "", who.name + " (its cookie)"
	}
	all := who.tokens
	if words = "the script"; s.stolen {
		all = append(slices.Clone(p.cookies), who.tokens...)
		words = "a attacker"
	}
	if len(all) == 0 {
		return nil, "", words + " without a session"
	}
	bearer = newest(best(all, func(token string) bool { return p.alive(token) }), s.which)
	return p.resume(bearer), bearer, words
}

// alive reports whether a token belongs to a session that has not ended.
func (p *run) alive(token string) bool {
	return slices.ContainsFunc(p.sessions, func(s *session) bool { return s.token == token && !s.over(p.now) })
}

var signedOut = refuse(401, "session_required")

// inRoom does what takes a session.
func (p *run) inRoom(who *person, s step) {
	p.doing = s.does
	sess, bearer, words := p.in(who, s)
	a := p.accounts[s.whose%len(p.accounts)]
	if sess != nil {
		a = sess.account
		words = fmt.Sprintf("%s in session %d, as %s at %s,", words, sess.number, a.name, sess.acr())
	}
	r := sessionCtx{run: p, who: who, bearer: bearer, words: words, s: sess, a: a, step: s}
	map[string]func(){
		"step up": r.stepUp, "begin": r.begin, "confirm": r.confirm, "cancel": r.cancel, "remove": r.remove, "generate": r.generate,
		"look at session": r.lookAtSession, "look at MFA": r.lookAtMFA, "list sessions": r.listSessions, "sign out": r.signOut,
		"end session": r.endSession, "end others": r.endOthers, "cancel removal": r.cancelRemoval,
	}[s.does]()
}

// sessionCtx is a request in a session; s is nil if it has ended.
type sessionCtx struct {
	*run
	who           *person
	bearer, words string
	s             *session
	a             *account
	step          step
}

// changed notes what a change of proofs did: the token of a session that lives in a cookie is another.
func (r *sessionCtx) changed(token string, ended, sessionsEnded, left int) {
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
	shown, proof := r.present(r.a, r.step.proof)
	if !strings.HasPrefix(r.step.purpose, "mfa.") {
		r.step.purpose = "mfa.enroll"
	}
	r.tell("%s steps up for %s with %s", r.words, r.step.purpose, proof)
	looked := false
	buckets := r.bucketsOf(r.a, r.s, r.who.device)
	if r.s != nil {
		looked = r.a.allows(kindPassword, buckets[kindPassword], r.now).passes()
	}
	answer := r.call(r.who, r.bearer, "POST", "/api/v1/step-up", shown.body(JSON{"purpose": r.step.purpose, "password": shown.password()}))
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	v, u := r.modelState.stepUp(r.s, r.step.purpose, shown, r.who.device)
	r.proved(r.a, buckets, shown, looked, answer.Status, answer.Code())
	if r.want(answer, v, 201) {
		u.token = answer.Text("step_up_token")
		r.trace[len(r.trace)-1] += fmt.Sprintf(" (step-up %d)", u.number)
		r.laws.issued(u.token, answer.Text("acr"))
		if u.aal2 != (answer.Text("acr") == "aal2") {
			r.fail("the step-up is %s", answer.Text("acr"))
		}
	}
}

// shown is the step-up token that is presented, with the header that it comes in.
func (r *sessionCtx) shown(purpose string) (u *stepUp, headers []string, words string) {
	all := best(r.stepUps, func(u *stepUp) bool { return u.session == r.s && u.purpose == purpose })
	all = best(all, func(u *stepUp) bool { return r.permits(u, r.s, purpose) })
	if u = newest(all, r.step.token); u == nil {
		return nil, nil, "without a step-up"
	}
	words = fmt.Sprintf("with step-up %d", u.number)
	return u, []string{"Step-Up-Token", u.token}, words
}

func (r *sessionCtx) lookAtSession() {
	r.tell("%s looks at the session", r.words)
	answer := r.call(r.who, r.bearer, "GET", "/api/v1/sessions/current", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, verdict{}, 200)
	r.wantText(answer, r.s.id, "id")
	r.wantText(answer, r.s.acr(), "acr")
	for name, at := range map[string]time.Time{
		"auth_time": r.s.authTime, "created_at": r.s.made, "last_used_at": r.s.lastUsed, "expires_at": r.s.expires(),
	} {
		r.wantText(answer, at.Format(time.RFC3339), name)
	}
}

func (r *sessionCtx) lookAtMFA() {
	r.tell("%s looks at the methods", r.words)
	answer := r.call(r.who, r.bearer, "GET", "/api/v1/mfa", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, verdict{}, 200)
	var got, want []string
	list, _ := answer.Value("methods").([]any)
	for _, m := range list {
		object, _ := m.(map[string]any)
		id, _ := object["id"].(string)
		got = append(got, id)
	}
	for _, m := range r.a.methods {
		want = append(want, m.id)
	}
	if !slices.Equal(got, want) || len(got) != r.laws.on[r.a] || answer.Value("enabled") != r.a.enabled() {
		r.fail("the methods are %v, want %v, which are %d by what was answered", got, want, r.laws.on[r.a])
	}
	if r.a.enabled() {
		r.wantInt(answer, r.a.left(), "recovery_codes", "remaining")
	}
	pending := answer.Value("pending_enrollment", "id")
	if e := r.a.enrollment; (e != nil && !e.over(r.now)) != (pending != nil) || pending != nil && pending != e.id {
		r.fail("the pending enrollment is %v", pending)
	}
	if got := answer.Value("removal") != nil; got != r.a.removalShown(r.now) {
		r.fail("a removal is under way: %v", got)
	}
}

func (r *sessionCtx) listSessions() {
	r.tell("%s lists the sessions", r.words)
	answer := r.call(r.who, r.bearer, "GET", "/api/v1/sessions", nil)
	if r.s == nil {
		r.want(answer, signedOut, 0)
		return
	}
	r.want(answer, verdict{}, 200)
	list, _ := answer.Value("items").([]any)
	var want []string
	for _, s := range slices.Backward(r.a.sessions) {
		if !s.over(r.now) {
			want = append(want, s.id)
		}
	}
	var got []string
	for _, item := range list {
		object, _ := item.(map[string]any)
		id, _ := object["id"].(string)
		got = append(got, id)
	}
	if !slices.Equal(got, want) || len(got) > sessionsMost {
		r.fail("the sessions are %v, want %v", got, want)
	}
}
