package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT22_StolenDatabase_MovedKey(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	adas, phone := h.NewUser(ada).WithTOTP().Session()
	h.Clock.Advance(-30 * time.Second) // WithTOTP advanced it
	attacker, own := h.NewUser(bob).WithTOTP().Session()
	db := h.OpenDatabase(t)
	db.MustExec(t, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, own.ID, phone.ID)

	t.Run("code of the attacker's key", func(t *testing.T) {
		token := h.PendingSignIn(ada)
		h.CompleteSignIn(token, own.Code()).Require(500, "internal")
		h.CompleteSignIn(token, phone.Code()).Require(500, "internal")
		adas.WithT(t).StepUp("mfa.remove", JSON{"code": own.Code()}).Require(500, "internal")
	})
	t.Run("key in another row of the account", func(t *testing.T) {
		second := attacker.WithT(t).Enroll(JSON{"code": own.Code()})
		db.MustExec(t, `UPDATE mfa_methods SET sealed_key = (SELECT sealed_key FROM mfa_methods WHERE id = ?) WHERE id = ?`, second.ID, own.ID)
		h.CompleteSignIn(h.PendingSignIn(bob), second.Code()).Require(500, "internal")
	})
	t.Run("corrupt key", func(t *testing.T) {
		db.MustExec(t, `UPDATE mfa_methods SET sealed_key = ?`, []byte{0})
		h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(500, "internal")
		h.Script("").WithT(t).SignIn(ada).Require(202, "")
	})
	t.Run("pending key of another account", func(t *testing.T) {
		db.MustExec(t, `DELETE FROM mfa_methods`)
		a, b := h.SignedIn(ada), h.SignedIn(bob)
		victims, mine := a.Begin(), b.Begin()
		db.MustExec(t, `UPDATE enrollments SET sealed_key = (SELECT sealed_key FROM enrollments WHERE id = ?) WHERE id = ?`, mine.ID, victims.ID)
		a.WithT(t).Confirm(victims, mine.Code()).Require(500, "internal")
		if enabled := a.WithT(t).Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("enabled"); enabled != false {
			t.Errorf("enabled is %v, want false", enabled)
		}
	})
}

func TestT22_StolenDatabase_HashesAreNoTokens(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.NewUser(ada).WithTOTP()
	h.PendingSignIn(ada)
	db := h.OpenDatabase(t)
	for _, c := range []struct{ table, member string }{{"sessions", "session"}, {"sign_ins", "sign-in"}} {
		var hash []byte
		if err := db.QueryRow(`SELECT token_hash FROM ` + c.table).Scan(&hash); err != nil {
			t.Fatal(err)
		}
		for form, text := range apptest.Encodings(string(hash)) {
			if form == "as it is" || form == "in lower case" {
				continue // raw bytes are no valid header
			}
			t.Run(c.member+" hash "+form, func(t *testing.T) {
				script := h.Script(text).WithT(t)
				script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
				h.Script("").WithT(t).Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": text, "code": "000000"}).Require(410, "sign_in_expired")
			})
		}
	}
}
