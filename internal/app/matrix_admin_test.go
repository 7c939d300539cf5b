package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// What each operation of administrators returns for each credential of an administrator. The other matrix covers users
// without the role.
func TestMatrix_AdminOperations(t *testing.T) {
	t.Parallel()
	columns := []string{
		"aal1", "aal2", "with a step-up", "with a step-up for another account", "with another purpose's step-up", "of an account without MFA",
		"whose role was revoked",
	}
	const (
		aal1           = "409 mfa_required"
		stepUpRequired = "401 step_up_required"
		notFound       = "404 not_found"
	)
	matrix := map[string][]string{
		"findAccounts":        {aal1, "200", "200", "200", "200", aal1, notFound},
		"inspectAccount":      {aal1, "200", "200", "200", "200", aal1, notFound},
		"listAccountActivity": {aal1, "200", "200", "200", "200", aal1, notFound},
		"endAccountSessions":  {aal1, stepUpRequired, "200", stepUpRequired, stepUpRequired, aal1, notFound},
		"disableAccount":      {aal1, stepUpRequired, "200", stepUpRequired, stepUpRequired, aal1, notFound},
		"enableAccount":       {aal1, stepUpRequired, "200", stepUpRequired, stepUpRequired, aal1, notFound},
		"resetAccountMfa":     {aal1, stepUpRequired, "200", stepUpRequired, stepUpRequired, aal1, notFound},

		"resetAccountPassword": {aal1, stepUpRequired, "200", stepUpRequired, stepUpRequired, aal1, notFound},
		"inviteAccount":        {aal1, stepUpRequired, "201", stepUpRequired, stepUpRequired, aal1, notFound},
	}
	c := newMatrixFixture(t)
	o := newAdminFixture(t, c.h)
	c.h.AddAccount(ada)
	c.h.AddAccount(bob)
	c.h.GrantAdmin(bob) // without MFA
	for _, op := range apptest.Operations(t) {
		row := matrix[op.ID]
		if op.Role == "" && row == nil {
			continue
		}
		if op.Role != "admin" || len(row) != len(columns) {
			t.Errorf("%s has %d cells, for the role %q: add a row", op.ID, len(row), op.Role)
			continue
		}
		for i, column := range columns {
			client, headers := c.administrator(t, o, column, op.Purpose)
			var body any
			switch {
			case op.ID == "inviteAccount":
				body = JSON{"email": newAddress}
			case op.Writes():
				body = adminReason
			}
			if got := client.Do(op.Method, op.PathWith(o.AccountID(ada)), body, headers...).Outcome(); got != row[i] {
				t.Errorf("%s for an administrator %s: got %s, want %s", op.ID, column, got, row[i])
			}
		}
	}
}

// administrator returns the client and the headers of a column, for an operation with this step-up purpose or none.
func (c *matrixFixture) administrator(t *testing.T, o *adminFixture, column, purpose string) (*apptest.Client, []string) {
	with := func(token string) []string { return []string{"Step-Up-Token", token} }
	switch column {
	case "aal1":
		return c.session(grace, false), nil
	case "aal2":
		return o.grace, nil
	case "with a step-up":
		if purpose == "admin.invite" {
			return o.grace, with(o.grace.StepUpToken(purpose, c.code(o.phone)))
		}
		return o.grace, with(o.stepUp(ada))
	case "with a step-up for another account":
		return o.grace, with(o.stepUp(bob))
	case "with another purpose's step-up":
		return o.grace, with(o.grace.StepUpToken("mfa.enroll", c.code(o.phone)))
	case "of an account without MFA":
		return c.session(bob, true), nil
	case "whose role was revoked":
		if c.withTOTP == nil {
			const eve = "eve@example.com"
			c.withTOTP, _ = c.h.NewUser(eve).WithTOTP().Session()
			c.h.GrantAdmin(eve)
			c.withTOTP.Do("GET", apptest.PathAdminAccounts, nil).Require(200, "")
			if err := c.h.App.SetRole(c.h.Context(), eve, ""); err != nil {
				t.Fatal(err)
			}
		}
		return c.withTOTP, nil
	}
	t.Fatalf("unknown column %q", column)
	return nil, nil
}
