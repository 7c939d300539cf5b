package app_test

import (
	"slices"
	"testing"

	"twofold/internal/test/apptest"
)

// TestMatrix_OperationsByCredential is the matrix of what each operation returns for each credential. It fails for an
// operation without a row, and for a row without its operation.
func TestMatrix_OperationsByCredential(t *testing.T) {
	t.Parallel()
	const (
		signedOut      = "401 session_required"
		stepUpRequired = "401 step_up_required"
		noSignIn       = "410 sign_in_expired"
		noLink         = "410 link_expired"
		notFound       = "404 not_found"
	)

	columns := []string{
		"nothing", "a sign-in token as its cookie", "a sign-in token as session cookie", "a sign-in token as bearer", "a sign-in token as Basic",
		"aal1", "aal2", "aal2 with a step-up", "with another user's step-up", "with another session's step-up", "with another purpose's step-up",
		"an ended session", "a session of a disabled account",
	}

	matrix := map[string][]string{
		// The first five are not signed in, the next six are, the last two are no longer.
		"getCurrentSession": {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"getAccount":        {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"exportAccount":     {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"getMfa":            {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"signOut":           {signedOut, signedOut, signedOut, signedOut, signedOut, "204", "204", "204", "204", "204", "204", signedOut, signedOut},
		"stepUp":            {signedOut, signedOut, signedOut, signedOut, signedOut, "201", "201", "201", "201", "201", "201", signedOut, signedOut},

		"listSessions":         {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"listActivity":         {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"endSession":           {signedOut, signedOut, signedOut, signedOut, signedOut, "204", "204", "204", "204", "204", "204", signedOut, signedOut},
		"endOtherSessions":     {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"updateAccount":        {signedOut, signedOut, signedOut, signedOut, signedOut, "200", "200", "200", "200", "200", "200", signedOut, signedOut},
		"cancelPendingAddress": {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"renameMfaMethod":      {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, "200", "200", "200", "200", "200", signedOut, signedOut},
		"cancelMfaRemoval":     {signedOut, signedOut, signedOut, signedOut, signedOut, "409 mfa_required", notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},

		"confirmTotpEnrollment": {signedOut, signedOut, signedOut, signedOut, signedOut, "201", "201", "201", "201", "201", "201", signedOut, signedOut},
		"cancelTotpEnrollment":  {signedOut, signedOut, signedOut, signedOut, signedOut, "204", "204", "204", "204", "204", "204", signedOut, signedOut},

		// These need a step-up.
		"beginTotpEnrollment": {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "201", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},
		"removeMfaMethod":     {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "200", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},

		"generateRecoveryCodes": {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "201", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},
		"changePassword":        {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "200", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},
		"changeEmail":           {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "202", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},
		"setNoticeEmail":        {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, "202", stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},
		"removeNoticeEmail":     {signedOut, signedOut, signedOut, signedOut, signedOut, stepUpRequired, stepUpRequired, notFound, stepUpRequired, stepUpRequired, stepUpRequired, signedOut, signedOut},

		// These need the administrator role and are hidden from all other users.
		"findAccounts":        {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"inspectAccount":      {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"listAccountActivity": {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"endAccountSessions":  {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"disableAccount":      {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"enableAccount":       {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"resetAccountMfa":     {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},

		"resetAccountPassword": {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},
		"inviteAccount":        {signedOut, signedOut, signedOut, signedOut, signedOut, notFound, notFound, notFound, notFound, notFound, notFound, signedOut, signedOut},

		// These ask for credentials, with or without a session. A pending sign-in belongs to its own cookie.
		"beginSignInEnrollment":   {noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn},
		"confirmSignInEnrollment": {noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn},

		"signIn":         {"202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202"},
		"completeSignIn": {noSignIn, "201", noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn},

		"requestMfaRemoval":      {noSignIn, "202", noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn},
		"cancelMfaRemovalByCode": {noSignIn, notFound, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn, noSignIn},

		// These take the token of a mailed link, which no session replaces.
		"cancelMfaRemovalByLink": {noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink},
		"completeMfaRemoval":     {noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink},
		"confirmAddress":         {noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink},
		"resetPassword":          {noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink},
		"reportNotMe":            {noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink, noLink},

		"requestPasswordReset": {"202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202", "202"},

		"getService":   {"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200"},
		"getJwks":      {"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200"},
		"getHealth":    {"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200"},
		"getReadiness": {"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200"},
		"getOpenapi":   {"200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200", "200"},
	}
	// run checks some operations with every credential, on one server. Operations with a step-up purpose run alone.
	run := func(t *testing.T, operations ...apptest.Operation) {
		c := newMatrixFixture(t)
		for i, column := range columns {
			client, headers := c.credential(t, column, operations[0].Purpose)
			for _, op := range operations {
				t.Run(op.ID+" with "+column, func(t *testing.T) {
					id, body := c.request(op, client)
					got := client.WithT(t).Do(op.Method, op.PathWith(id), body, headers...).Outcome()
					if want := matrix[op.ID][i]; got != want {
						t.Errorf("got %s, want %s", got, want)
					}
					if got[0] == '2' {
						c.restore(op, client)
					}
				})
			}
		}
	}
	operations := apptest.Operations(t)
	var reads []apptest.Operation
	for _, op := range operations {
		if row := matrix[op.ID]; len(row) != len(columns) {
			t.Fatalf("%s has %d cells in the matrix, want %d: add a row", op.ID, len(row), len(columns))
		}
		if !op.Writes() {
			reads = append(reads, op)
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			run(t, op)
		})
	}
	t.Run("reads", func(t *testing.T) {
		t.Parallel()
		run(t, reads...)
	})
	for id := range matrix {
		if !slices.ContainsFunc(operations, func(op apptest.Operation) bool { return op.ID == id }) {
			t.Errorf("%s is in the matrix and not in the contract", id)
		}
	}
}
