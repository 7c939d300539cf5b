package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// userWithIDs is a user with an object of every kind that has an id.
type userWithIDs struct {
	*apptest.Client
	phone   *apptest.Phone
	pending *apptest.Phone
	account string
	session string
}

func newUserWithIDs(h *apptest.Server, email string) userWithIDs {
	h.T.Helper()
	c, phone := h.NewUser(email).WithTOTP().Session()
	return userWithIDs{
		Client: c, phone: phone, pending: c.Begin(JSON{"code": phone.Code()}),
		account: c.Do("GET", "/api/v1/account", nil).Require(200, "").Text("id"),
		session: c.Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("id"),
	}
}

func TestT39_ForeignIDs_Operations(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	adas, bobs := newUserWithIDs(h, ada), newUserWithIDs(h, bob)
	h.Clock.Advance(30 * time.Second)
	token := bobs.Client.StepUpToken("mfa.remove", JSON{"code": bobs.phone.Code()})

	for _, op := range apptest.Operations(t) {
		if !strings.Contains(op.Path, "{id}") {
			continue
		}
		for what, id := range map[string]string{
			"method": adas.phone.ID, "enrollment": adas.pending.ID, "account": adas.account, "session": adas.session, "nothing": apptest.UnknownID,
		} {
			t.Run(op.ID+" of another account's "+what, func(t *testing.T) {
				c := bobs.WithT(t)
				body := op.SampleBody(JSON{"code": adas.pending.Code()})
				a := c.Do(op.Method, op.PathWith(id), body, "Step-Up-Token", token).Require(404, "not_found")
				unknown := c.Do(op.Method, op.PathWith(apptest.UnknownID), body, "Step-Up-Token", token).Require(404, "not_found")
				if string(a.Body) != string(unknown.Body) {
					t.Errorf("a foreign id is distinguishable from an unknown one: %s, %s", a.Body, unknown.Body)
				}
			})
		}
		// An id of the own account, but of another kind, is unknown too.
		for what, id := range map[string]string{"account": bobs.account, "session": bobs.session, "method": bobs.phone.ID} {
			if strings.Contains(op.Path, what) {
				continue
			}
			t.Run(op.ID+" of the own "+what, func(t *testing.T) {
				body := op.SampleBody(JSON{"code": bobs.pending.Code()})
				bobs.WithT(t).Do(op.Method, op.PathWith(id), body, "Step-Up-Token", token).Require(404, "not_found")
			})
		}
	}
	if got := len(adas.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)); got != 1 {
		t.Errorf("ada has %d methods, want 1", got)
	}
	adas.Confirm(adas.pending, adas.pending.Code()).Require(201, "")
	bobs.Do("DELETE", apptest.PathMethods+bobs.phone.ID, nil, "Step-Up-Token", token).Require(200, "") // no refusal consumed it
}

func TestT39_ForeignIDs_OtherSpelling(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	me := newUserWithIDs(h, ada)
	h.Clock.Advance(30 * time.Second)
	token := me.Client.StepUpToken("mfa.remove", JSON{"code": me.phone.Code()})
	for _, op := range apptest.Operations(t) {
		if !strings.Contains(op.Path, "{id}") {
			continue
		}
		id := me.phone.ID
		if strings.Contains(op.Path, "enrollments") {
			id = me.pending.ID
		}
		if strings.Contains(op.Path, "sessions") {
			id = me.session
		}
		for what, spelled := range map[string]string{
			"capitals": strings.ToUpper(id), "no dashes": strings.ReplaceAll(id, "-", ""), "braces": "%7B" + id + "%7D", "a URN": "urn:uuid:" + id,
			"a space after": id + "%20", "a NUL after": id + "%00", "a dot after": id + ".", "half of it": id[:18], "a number": "1", "zero": "0",
			"a word": "all", "a star": "*", "a percent": "%25", "SQL": "'%20OR%20'1'='1", "SQL in a number": "1%20OR%201=1", "a path": "..%2F..%2F" + id,
			"twice": id + "," + id, "JSON": "%7B%22id%22:%22" + id + "%22%7D", "the zero UUID": "00000000-0000-0000-0000-000000000000",
			"very long": strings.Repeat("a", 4000), "not UTF-8": "%ff%fe",
		} {
			t.Run(op.ID+" by "+what, func(t *testing.T) {
				body := op.SampleBody(JSON{"code": me.pending.Code()})
				me.WithT(t).Do(op.Method, op.PathWith(spelled), body, "Step-Up-Token", token).Require(404, "not_found")
			})
		}
	}
	me.Confirm(me.pending, me.pending.Code()).Require(201, "")
}

func TestT39_ForeignIDs_MassAssignment(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	me, other := newUserWithIDs(h, ada), newUserWithIDs(h, bob)
	h.GrantAdmin(ada) // so that every body is parsed
	for id, op := range apptest.OperationsWithBody(t) {
		for member, value := range map[string]any{
			"account_id": other.account, "id": other.phone.ID, "session_id": other.session, "acr": "aal2", "amr": []string{"mfa"}, "state": "signed_in",
			"expires_at": "2099-01-01T00:00:00Z", "created_at": "2020-01-01T00:00:00Z", "attempts_left": 100, "last_step": 0, "admin": true, "role": "admin", "type": "none",
		} {
			t.Run(id+" with "+member, func(t *testing.T) {
				a := me.WithT(t).Do(op.Method, op.PathWith(me.pending.ID), op.Sample.With(JSON{member: value})).Require(400, "invalid_request")
				apptest.WantPointer(t, a, "/"+member)
			})
		}
	}
}
