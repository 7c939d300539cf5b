package app_test

import (
	"context"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT10_TOTPReplay_Concurrent(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	settings := append([]string{"TWOFOLD_FREE_ATTEMPTS=1000"}, apptest.LongSignIns...)
	h := apptest.Start(t, settings...)
	servers := []*apptest.Server{h, h.Another(settings...), h.Another(settings...), h.Another(settings...)}
	live, phone := h.NewUser(ada).WithTOTP().Session()
	next := func() string {
		h.Clock.Advance(30 * time.Second)
		return phone.Code()
	}
	t.Run("one sign-in, code used once", func(t *testing.T) {
		token, code := h.PendingSignIn(ada), next()
		apptest.WantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response { return servers[i%2].CompleteSignIn(token, code) }))
	})
	t.Run("four processes, each code used once", func(t *testing.T) {
		var tokens []string
		for range servers {
			tokens = append(tokens, h.PendingSignIn(ada))
		}
		for range 12 {
			code := next()
			responses := apptest.Concurrently(len(servers), func(i int) apptest.Response { return servers[i].CompleteSignIn(tokens[i], code) })
			apptest.WantSingleSuccess(t, responses)
			for i, a := range responses {
				if a.Status == 201 {
					tokens[i] = h.PendingSignIn(ada)
				}
			}
		}
	})
	t.Run("step-up, code used once", func(t *testing.T) {
		code := next()
		apptest.WantSingleSuccess(t, apptest.Concurrently(12, func(i int) apptest.Response {
			return live.OnServer(servers[i%2]).StepUp("mfa.enroll", JSON{"code": code})
		}))
	})
	t.Run("sign-in and step-up, code used once", func(t *testing.T) {
		token, code := h.PendingSignIn(ada), next()
		apptest.WantSingleSuccess(t, apptest.Concurrently(12, func(i int) apptest.Response {
			if i%4 < 2 {
				return servers[i%2].CompleteSignIn(token, code)
			}
			return live.OnServer(servers[i%2]).StepUp("mfa.enroll", JSON{"code": code})
		}))
	})
}

func TestT10_TOTPReplay_UsedEverywhere(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	live := h.SignedIn(ada)
	phone := live.Begin()
	live.Confirm(phone, phone.Code()).Require(201, "")

	for _, attempt := range []struct {
		name string
		open func(code string) apptest.Response
	}{
		{"the code that confirmed", nil},
		{"a code that finished a sign-in", func(code string) apptest.Response { return h.CompleteSignIn(h.PendingSignIn(ada), code) }},
		{"a code that signed in at once", func(code string) apptest.Response {
			return h.Script("").SignIn(ada, JSON{"code": code, "deliver": "token"})
		}},
		{"a code that stepped up", func(code string) apptest.Response { return live.StepUp("mfa.enroll", JSON{"code": code}) }},
	} {
		t.Run(attempt.name+" is refused everywhere", func(t *testing.T) {
			code := phone.Code()
			if attempt.open != nil {
				attempt.open(code).Require(201, "")
			}
			h.CompleteSignIn(h.PendingSignIn(ada), code).Require(401, "code_used")
			h.Script("").SignIn(ada, JSON{"code": code}).Require(401, "code_used")
			live.WithT(t).StepUp("mfa.remove", JSON{"code": code}).Require(401, "code_used")
		})
		h.Clock.Advance(30 * time.Second)
	}
}

func TestT10_TOTPReplay_OlderCode(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	h.Clock.Advance(time.Minute) // so that no time step of the window was used
	older, now, newer := phone.CodeIn(-1), phone.Code(), phone.CodeIn(1)
	token := h.PendingSignIn(ada)
	h.CompleteSignIn(token, newer).Require(201, "")
	for name, code := range map[string]string{"the newer": newer, "the one before": now, "the oldest of the window": older} {
		t.Run(name, func(t *testing.T) { h.CompleteSignIn(h.PendingSignIn(ada), code).Require(401, "code_used") })
	}
	h.Clock.Advance(30 * time.Second)
	h.CompleteSignIn(h.PendingSignIn(ada), older).Require(401, "code_rejected") // outside of the window it is not reported as used
	h.CompleteSignIn(h.PendingSignIn(ada), phone.CodeIn(1)).Require(201, "")
}

func TestT10_TOTPReplay_ClockBehind(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	late := apptest.NewClock() // half a minute behind by now
	behind := apptest.StartIn(t, h.Dir, late, "TWOFOLD_PUBLIC_URL="+h.URL)
	code := phone.Code()
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(201, "")
	behind.CompleteSignIn(behind.PendingSignIn(ada), code).Require(401, "code_used")
}

func TestT10_TOTPReplay_CodeOfTwoMethods(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := h.NewUser(ada).WithTOTP().Session()
	account := live.Do("GET", "/api/v1/account", nil).Require(200, "").Text("id")
	// Two keys have the same code in one of a million time steps. Here both methods get the same key.
	db, keys := h.OpenDatabase(t), h.Keyring()
	var sealed []byte
	if err := db.QueryRow(`SELECT sealed_key FROM mfa_methods`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	raw, err := keys.Unseal(context.Background(), sealed, account, phone.ID)
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err = keys.Seal(raw, account, apptest.UnknownID); err != nil {
		t.Fatal(err)
	}
	db.MustExec(t, `INSERT INTO mfa_methods (id, account_id, type, name, sealed_key, last_step, created_at, last_used_at)
		SELECT ?, account_id, type, 'Twin', ?, last_step, created_at + 1, last_used_at FROM mfa_methods`, apptest.UnknownID, sealed)

	code := phone.Code()
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(201, "")
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(201, "")
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(401, "code_used")
	live.StepUp("mfa.remove", JSON{"code": code}).Require(401, "code_used")
}
