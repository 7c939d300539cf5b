package app_test

import (
	"slices"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// moveTo changes the account's address, and follows the link.
func moveTo(t *testing.T, h *apptest.Server, c *apptest.Client, path, address string, proofs ...JSON) {
	t.Helper()
	confirm(h, confirmTokenWith(t, h, c, path, address, proofs...)).Require(200, "")
}

func confirmTokenWith(t *testing.T, h *apptest.Server, c *apptest.Client, path, address string, proofs ...JSON) string {
	t.Helper()
	changeTo(c, path, address, proofs...).Require(202, "")
	kind := map[string]string{email: "confirm_email", noticeEmail: "confirm_notice_email"}[path]
	return mailed(t, h, kind, address).token("confirm_address")
}

// Whoever moved the account twice has a link of their own that takes the second move back. It dies with the first.
func TestT36_Dispute_AddressChangedTwice(t *testing.T) {
	t.Parallel()
	for path, kind := range map[string]string{email: "email_changed", noticeEmail: "notice_email_changed"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := withMail(t)
			h.AddAccount(ada)
			thief := h.SignedIn(ada)
			h.Clock.Advance(time.Minute)
			moveTo(t, h, thief, path, "thief@one.example")
			adas := mailed(t, h, kind, ada).token("not_me")
			h.Clock.Advance(time.Minute)
			moveTo(t, h, thief, path, "thief@two.example")
			theirs := mailed(t, h, kind, "thief@one.example").token("not_me")
			h.Clock.Advance(time.Minute)

			h.Script("").Do("POST", notMe, JSON{"token": adas}).Require(200, "")
			forced := mailed(t, h, "password_reset_forced", ada).token("reset_password")
			reset(h, forced, extraSession).Require(200, "")

			if path == email { // a second address has no such link
				h.Script("").Do("POST", notMe, JSON{"token": theirs}).Require(410, "link_expired")
			}
			a := h.Script(withPassword(h, ada, extraSession).Require(201, "").Text("session_token")).Do("GET", account, nil).Require(200, "")
			if a.Value("notice_email") != nil {
				t.Errorf("the second address is %v", a.Value("notice_email"))
			}
		})
	}
}

// Every copy of a notice has a link of its own; the first that is used is the last.
func TestT36_Dispute_OncePerChange(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	moveTo(t, h, script, noticeEmail, adasOther)
	h.Browser().SignIn(ada).Require(201, "")
	mine, copied := mailed(t, h, "new_device", ada).token("not_me"), mailed(t, h, "new_device", adasOther).token("not_me")
	h.Script("").Do("POST", notMe, JSON{"token": mine}).Require(200, "")
	reset(h, mailed(t, h, "password_reset_forced", ada).token("reset_password"), extraSession).Require(200, "")
	h.Script("").Do("POST", notMe, JSON{"token": copied}).Require(410, "link_expired")
	withPassword(h, ada, extraSession).Require(201, "")
}

// An address that was asked for with a password alone is worth nothing once that is not enough.
func TestT25_MethodRemoval_PendingAddressForgotten(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	thief, owner := h.SignedIn(ada), h.SignedIn(ada)
	waiting := confirmTokenWith(t, h, thief, email, "thief@example.com")
	owner.Enroll()
	confirm(h, waiting).Require(410, "link_expired")
	owner.Do("DELETE", pending, nil).Require(404, "not_found")
}

// The one who loses the address is told, and so is the second address: the link may have been in the wrong hands. None
// of them can deny that in turn, and who lost it learns not where it was done.
func TestT36_Dispute_LostAddressNotified(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	moveTo(t, h, script, noticeEmail, adasOther)
	moveTo(t, h, script, email, newAddress)
	deny(t, h, "email_changed", ada).Require(200, "")
	for to, where := range map[string]string{newAddress: "", adasOther: "127.0.0.1"} {
		l := mailed(t, h, "password_taken", to)
		if len(l.Links) > 0 || l.IP != where {
			t.Errorf("%s is told of %q, with %v; want %q and no link", to, l.IP, l.Links, where)
		}
	}
	if slices.Contains(told(t, h), ada+" password_taken") {
		t.Error("who gets the link is told twice")
	}
}

// The address that comes back may be the second one by now: it is told once then.
func TestT36_Dispute_RestoredAddressNotSecond(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	moveTo(t, h, script, email, newAddress)
	moveTo(t, h, script, noticeEmail, ada)
	deny(t, h, "email_changed", ada).Require(200, "")
	reset(h, mailed(t, h, "password_reset_forced", ada).token("reset_password"), extraSession).Require(200, "")
	a := h.Script(withPassword(h, ada, extraSession).Require(201, "").Text("session_token")).Do("GET", account, nil).Require(200, "")
	if a.Value("email") != ada || a.Value("notice_email") != nil {
		t.Errorf("got %s", a.Body)
	}
}
