package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// database opens a house's database beside the house, as somebody with access to its disk could.
func database(t *testing.T, h *apptest.House) *apptest.Disk {
	t.Helper()
	return h.Disk(t)
}

func execute(t *testing.T, db *apptest.Disk, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestT22_AKeyMovedToAnotherRowOpensNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	adas, phone := withMFA(h, ada)
	h.Clock.Advance(-30 * time.Second) // withMFA moves on
	attacker, own := withMFA(h, bob)
	db := database(t, h)
	execute(t, db, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, own.ID, phone.ID)

	t.Run("the attacker's code is no code of the account", func(t *testing.T) {
		token := pendingSignIn(h, ada)
		completeSignIn(h, token, own.Code()).Want(500, "internal")
		completeSignIn(h, token, phone.Code()).Want(500, "internal")
		adas.For(t).StepUp("mfa.remove", JSON{"code": own.Code()}).Want(500, "internal")
	})
	t.Run("nor is it in another row of the same account", func(t *testing.T) {
		second := attacker.For(t).Enroll(JSON{"code": own.Code()})
		execute(t, db, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, second.ID, own.ID)
		completeSignIn(h, pendingSignIn(h, bob), second.Code()).Want(500, "internal")
	})
	t.Run("a broken key fails the same way", func(t *testing.T) {
		execute(t, db, `UPDATE mfa_methods SET sealed_key = ?`, []byte{0})
		completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Want(500, "internal")
		h.Script("").For(t).SignIn(ada).Want(202, "")
	})
	t.Run("a pending key moved in from another account", func(t *testing.T) {
		execute(t, db, `DELETE FROM mfa_methods`)
		a, b := h.SignedIn(ada), h.SignedIn(bob)
		victims, mine := a.Begin(), b.Begin()
		execute(t, db, `UPDATE enrollments SET sealed_key = (SELECT sealed_key FROM enrollments WHERE id = ?) WHERE id = ?`, mine.ID, victims.ID)
		a.For(t).Confirm(victims, mine.Code()).Want(500, "internal")
		if enabled := a.For(t).Do("GET", "/api/v1/mfa", nil).Want(200, "").Value("enabled"); enabled != false {
			t.Errorf("enabled is %v, want false", enabled)
		}
	})
}

func TestT22_AStolenDatabaseHoldsNoTokenThatWorks(t *testing.T) {
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
				script := h.Script(text).For(t)
				script.Do("GET", current, nil).Want(401, "session_required")
				h.Script("").For(t).Do("POST", complete, JSON{"sign_in_token": text, "code": "000000"}).Want(410, "sign_in_expired")
			})
		}
	}
}
