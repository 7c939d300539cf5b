package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// What an administrator gets, by what they present, for each operation that is theirs. That nobody else gets anything
// stands in the other matrix.
var officeColumns = []string{
	"aal1", "aal2", "with a step-up", "with a step-up for another account", "with another purpose's step-up", "of an account without MFA",
	"of who is none any more",
}

const weak = "409 mfa_required"

var officeMatrix = map[string][]string{
	"findAccounts":        {weak, "200", "200", "200", "200", weak, notFound},
	"inspectAccount":      {weak, "200", "200", "200", "200", weak, notFound},
	"listAccountActivity": {weak, "200", "200", "200", "200", weak, notFound},
	"endAccountSessions":  {weak, stepUpRequired, "200", stepUpRequired, stepUpRequired, weak, notFound},
	"disableAccount":      {weak, stepUpRequired, "200", stepUpRequired, stepUpRequired, weak, notFound},
	"enableAccount":       {weak, stepUpRequired, "200", stepUpRequired, stepUpRequired, weak, notFound},
	"resetAccountMfa":     {weak, stepUpRequired, "200", stepUpRequired, stepUpRequired, weak, notFound},
}

func TestMatrix_AdminOperations(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	o := newAdminFixture(t, c.h)
	c.h.AddAccount(ada)
	c.h.AddAccount(bob)
	grantAdmin(c.h, bob) // without MFA
	for _, op := range apptest.Operations(t) {
		row := officeMatrix[op.ID]
		if op.Role == "" && row == nil {
			continue
		}
		if op.Role != "admin" || len(row) != len(officeColumns) {
			t.Errorf("%s has %d cells, for the role %q: say what it answers to whom", op.ID, len(row), op.Role)
			continue
		}
		for i, column := range officeColumns {
			client, headers := c.officer(t, o, column)
			var body any
			if op.Writes() {
				body = adminReason
			}
			if got := outcome(client.Do(op.Method, op.OnServer(o.id(ada)), body, headers...)); got != row[i] {
				t.Errorf("%s for an administrator %s: got %s, want %s", op.ID, column, got, row[i])
			}
		}
	}
}

// officer is an administrator, and what they present.
func (c *matrixFixture) officer(t *testing.T, o *adminFixture, column string) (*apptest.Client, []string) {
	with := func(token string) []string { return []string{"Step-Up-Token", token} }
	switch column {
	case "aal1":
		return c.another(grace, false), nil
	case "aal2":
		return o.grace, nil
	case "with a step-up":
		return o.grace, with(o.adminStepUp(ada))
	case "with a step-up for another account":
		return o.grace, with(o.adminStepUp(bob))
	case "with another purpose's step-up":
		return o.grace, with(stepUp(o.grace, "mfa.enroll", c.code(o.phone)))
	case "of an account without MFA":
		return c.another(bob, true), nil
	case "of who is none any more":
		if c.strong == nil {
			const eve = "eve@example.com"
			c.strong, _ = withMFA(c.h, eve)
			grantAdmin(c.h, eve)
			c.strong.Do("GET", administration, nil).Require(200, "")
			if err := c.h.App.SetRole(c.h.Context(), eve, ""); err != nil {
				t.Fatal(err)
			}
		}
		return c.strong, nil
	}
	t.Fatalf("who is %q?", column)
	return nil, nil
}
