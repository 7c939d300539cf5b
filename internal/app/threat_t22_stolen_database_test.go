package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// database opens a house's database beside the house, as somebody with access to its disk could.
func database(t *testing.T, h *apptest.Server) *apptest.Database {
	t.Helper()
	return h.Disk(t)
}

func execute(t *testing.T, db *apptest.Database, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestT22_StolenDatabase_MovedKey(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	adas, phone := withMFA(h, ada)
	h.Clock.Advance(-30 * time.Second) // withMFA moves on
	attacker, own := withMFA(h, bob)
	db := database(t, h)
	execute(t, db, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, own.ID, phone.ID)

	t.Run("the attacker's code is no code of the account", func(t *testing.T) {
		token := pendingSignIn(h, ada)
		completeSignIn(h, token, own.Code()).Require(500, "internal")
		completeSignIn(h, token, phone.Code()).Require(500, "internal")
		adas.WithT(t).StepUp("mfa.remove", JSON{"code": own.Code()}).Require(500, "internal")
	})
	t.Run("nor is it in another row of the same account", func(t *testing.T) {
		second := attacker.WithT(t).Enroll(JSON{"code": own.Code()})
		execute(t, db, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, second.ID, own.ID)
		completeSignIn(h, pendingSignIn(h, bob), second.Code()).Require(500, "internal")
	})
	t.Run("a broken key fails the same way", func(t *testing.T) {
		execute(t, db, `UPDATE mfa_methods SET sealed_key = ?`, []byte{0})
		completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(500, "internal")
		h.Script("").WithT(t).SignIn(ada).Require(202, "")
	})
	t.Run("a pending key moved in from another account", func(t *testing.T) {
		execute(t, db, `DELETE FROM mfa_methods`)
		a, b := h.SignedIn(ada), h.SignedIn(bob)
		victims, mine := a.Begin(), b.Begin()
		execute(t, db, `UPDATE enrollments SET sealed_key = (SELECT sealed_key FROM enrollments WHERE id = ?) WHERE id = ?`, mine.ID, victims.ID)
		a.WithT(t).Confirm(victims, mine.Code()).Require(500, "internal")
		if enabled := a.WithT(t).Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("enabled"); enabled != false {
			t.Errorf("enabled is %v, want false", enabled)
		}
	})
}

func TestT22_StolenDatabase_HashesAreNoTokens(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	withMFA(h, ada)
	pendingSignIn(h, ada)
	db := database(t, h)
	for _, c := range []struct{ table, member string }{{"sessions", "session"}, {"sign_ins", "sign-in"}} {
		var hash []byte
		if err := db.QueryRow(`SELECT token_hash FROM ` + c.table).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		for form, text := range encodings(string(hash)) {
			if form == "as it is" || form == "in lower case" {
				continue // bytes do not fit into a header
			}
			t.Run(c.member+" hash "+form, func(t *testing.T) {
				script := h.Script(text).WithT(t)
				script.Do("GET", current, nil).Require(401, "session_required")
				h.Script("").WithT(t).Do("POST", complete, JSON{"sign_in_token": text, "code": "000000"}).Require(410, "sign_in_expired")
			})
		}
	}
}
