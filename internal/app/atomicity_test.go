package app_test

import (
	"context"
	"testing"

	"twofold/internal/test/apptest"
)

// A change, its activity entry and its notices are one transaction: if one of them cannot be stored, nothing changes, and
// the same request succeeds later.
func TestAtomicity_ChangeWithoutEntryOrNotice(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"activity", "outbox"} {
		for name, c := range map[string]struct {
			silent  bool // without a notice
			counts  bool // each use of its link is counted in a commit of its own
			prepare func(t *testing.T, h *apptest.Server, c *apptest.Client) (try func() apptest.Response)
		}{
			"a reset": {counts: true, prepare: func(t *testing.T, h *apptest.Server, _ *apptest.Client) func() apptest.Response {
				token := h.PasswordResetToken(ada)
				return func() apptest.Response { return h.ResetPassword(token, apptest.NewPassword) }
			}},
			"a reset by an administrator": {prepare: func(t *testing.T, h *apptest.Server, _ *apptest.Client) func() apptest.Response {
				o := newAdminFixture(t, h)
				token := o.stepUp(ada)
				return func() apptest.Response {
					return o.grace.Do("POST", o.path(ada, "reset-password"), adminReason, "Step-Up-Token", token)
				}
			}},
			"a change of address": {prepare: func(_ *testing.T, _ *apptest.Server, c *apptest.Client) func() apptest.Response {
				token := c.StepUpToken("account.email")
				return func() apptest.Response {
					return c.Do("PUT", apptest.PathEmail, JSON{"email": newAddress}, "Step-Up-Token", token)
				}
			}},
			"a confirmation": {prepare: func(t *testing.T, h *apptest.Server, c *apptest.Client) func() apptest.Response {
				token := c.AddressToken(apptest.PathEmail, newAddress)
				return func() apptest.Response { return h.ConfirmAddress(token) }
			}},
			"a confirmation of the second address": {prepare: func(t *testing.T, h *apptest.Server, c *apptest.Client) func() apptest.Response {
				token := c.AddressToken(apptest.PathNoticeEmail, newAddress)
				return func() apptest.Response { return h.ConfirmAddress(token) }
			}},
			"a removal of the second address": {prepare: func(t *testing.T, h *apptest.Server, c *apptest.Client) func() apptest.Response {
				h.ConfirmAddress(c.AddressToken(apptest.PathNoticeEmail, newAddress)).Require(200, "")
				token := c.StepUpToken("account.email")
				return func() apptest.Response { return c.Do("DELETE", apptest.PathNoticeEmail, nil, "Step-Up-Token", token) }
			}},
			"a profile": {silent: true, prepare: func(_ *testing.T, _ *apptest.Server, c *apptest.Client) func() apptest.Response {
				return func() apptest.Response { return c.Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada"}) }
			}},
		} {
			if c.silent && table == "outbox" {
				continue
			}
			t.Run(name+" without "+table, func(t *testing.T) {
				t.Parallel()
				h := apptest.StartWithOutbox(t)
				id := h.AddAccount(ada)
				try := c.prepare(t, h, h.SignedIn(ada))
				found, err := h.App.Accounts.ByID(context.Background(), id)
				if err != nil {
					t.Fatal(err)
				}
				before, db := h.RowCounts(), h.OpenDatabase(t)
				allow := db.FailInserts(t, table)
				try().Require(503, "unavailable")
				allow()
				after := h.RowCounts()
				if c.counts {
					delete(after, "attempts")
				}
				if got := apptest.RowDifference(before, after); got != "" {
					t.Errorf("rows were left: %s", got)
				}
				if after, err := h.App.Accounts.ByID(context.Background(), id); err != nil || after != found {
					t.Errorf("the account changed to %+v, %v", after, err)
				}
				if a := try(); a.Status/100 != 2 {
					t.Errorf("the retry got %d %s", a.Status, a.Code())
				}
			})
		}
	}
}
