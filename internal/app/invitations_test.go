package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/test/apptest"
)

// invitation returns the token of the newest invitation to an address.
func invitation(h *apptest.Server, email string) string {
	h.T.Helper()
	return h.Queued("invitation", email).Token("reset_password")
}

func TestInvite_UserSetsFirstPassword(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	o := newAdminFixture(t, h)
	sent := o.invite(" ADA@example.com ").Require(201, "")
	if sent.Text("email") != ada || strings.Contains(string(sent.Body), "tf_l_") {
		t.Errorf("the response is %s", sent.Body)
	}
	mail := h.Queued("invitation", ada)
	if !strings.HasPrefix(mail.Links["reset_password"], h.URL+"/set-password#tf_l_") || mail.IP != "" || mail.Language != "de" {
		t.Errorf("the mail is %+v", mail)
	}
	state := o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "")
	if state.Value("has_password") != false || state.Value("password_changed_at") != nil {
		t.Errorf("the state is %s", state.Body)
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")

	h.Clock.Advance(7*day - time.Second)
	token := mail.Token("reset_password")
	h.ResetPassword(token, "short").Require(422, "password_unacceptable")
	h.ResetPassword(token, apptest.NewPassword).Require(200, "")
	h.ResetPassword(token, "a lamp counts nine otters").Require(410, "link_expired")
	owner := h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token"))
	want := []string{"sign_in.succeeded", "password.reset", "account.invited", "account.created"}
	if got := slices.DeleteFunc(h.ActivityKinds(o.AccountID(ada)), func(kind string) bool { return !slices.Contains(want, kind) }); !slices.Equal(got, want) {
		t.Errorf("the activity is %v, want %v", got, want)
	}
	items, _ := owner.Do("GET", apptest.PathAccount+"/activity", nil).Require(200, "").Value("items").([]any)
	if first := items[len(items)-1].(map[string]any); first["by"] != "administrator" || first["reason"] != nil {
		t.Errorf("the owner sees %v", first)
	}
	// The first password replaces none: MFA can be removed after losing every factor (docs/lost-everything.md).
	if found, err := h.App.Accounts.ByEmail(context.Background(), ada); err != nil || !found.PasswordResetAt.IsZero() {
		t.Errorf("the password counts as reset at %v, %v", found.PasswordResetAt, err)
	}
}

func TestInvite_AgainEndsOlderLink(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	o := newAdminFixture(t, h)
	id := o.invite(ada).Require(201, "").Text("id")
	older := invitation(h, ada)
	if again := o.invite(ada).Require(201, "").Text("id"); again != id {
		t.Errorf("the second invitation is for the account %s, want %s", again, id)
	}
	h.ResetPassword(older, apptest.NewPassword).Require(410, "link_expired")
	newest := invitation(h, ada)

	// What revokes reset links revokes invitations too: another password, and disabling the account.
	h.ResetPassword(h.PasswordResetToken(ada), apptest.NewPassword).Require(200, "")
	h.ResetPassword(newest, "a lamp counts nine otters").Require(410, "link_expired")
	o.invite(ada).Require(409, "email_taken")

	o.invite(bob).Require(201, "")
	revoked := invitation(h, bob)
	o.act("disable", bob).Require(200, "")
	o.invite(bob).Require(409, "email_taken")
	o.act("enable", bob).Require(200, "")
	h.ResetPassword(revoked, apptest.NewPassword).Require(410, "link_expired")
	o.invite(bob).Require(201, "")
	h.Clock.Advance(7 * day)
	h.ResetPassword(invitation(h, bob), apptest.NewPassword).Require(410, "link_expired")
}

func TestInvite_RefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	token, before := o.inviteStepUp(), h.RowCounts()
	send := func(email string) apptest.Response {
		return o.grace.Do("POST", apptest.PathAdminAccounts, JSON{"email": email}, "Step-Up-Token", token)
	}
	send("Ada@Example.com").Require(409, "email_taken")
	apptest.WantPointer(t, send("no address").Require(400, "invalid_request"), "/email")
	h.App.Accounts.Mail = false
	send(bob).Require(409, "mail_unavailable")
	h.App.Accounts.Mail = true
	if changed := apptest.RowDifference(before, h.RowCounts()); changed != "" {
		t.Errorf("it changed %s", changed)
	}
	send(bob).Require(201, "") // no refusal consumed the step-up
	send(bob).Require(401, "step_up_required")
}

func TestInvite_CommandReturnsLink(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, link, err := h.App.InviteAccount(context.Background(), ada, "en", false)
	if err != nil || !strings.HasPrefix(link.Reveal(), h.URL+"/set-password#tf_l_") {
		t.Fatalf("the link is %s, %v", link.Reveal(), err)
	}
	h.ResetPassword(apptest.Token(link.Reveal()), apptest.NewPassword).Require(200, "")
	h.SignInWith(ada, apptest.NewPassword).Require(201, "")
	if _, _, err := h.App.InviteAccount(context.Background(), ada, "en", false); !errors.Is(err, account.ErrEmailTaken) {
		t.Errorf("inviting an existing account returned %v", err)
	}
}

// Several processes invite the same address at once: one account and one valid link remain.
func TestInvite_ConcurrentReplicas(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		apptest.Concurrently(8, func(i int) apptest.Response {
			if _, _, err := servers[i%len(servers)].App.InviteAccount(context.Background(), ada, "en", true); err != nil {
				t.Error(err)
			}
			return apptest.Response{}
		})
		for _, table := range []string{"accounts", "links"} {
			if n := servers[0].Column("SELECT count(*) FROM " + table); !slices.Equal(n, []string{"1"}) {
				t.Errorf("%s has %v rows, want 1", table, n)
			}
		}
	})
}
