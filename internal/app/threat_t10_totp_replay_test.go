package app_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/store"
	"twofold/internal/test/apptest"
)

// wantSingleSuccess wants one success, and refusals that say why.
func wantSingleSuccess(t *testing.T, answers []apptest.Response) {
	t.Helper()
	tally := apptest.CountByOutcome(answers)
	won := tally["201"]
	// Counted before it is judged, a burst of right codes is a burst all the same.
	refused := tally["401 code_used"] + tally["429 too_many_attempts"] + tally["410 sign_in_expired"]
	if won != 1 || won+refused != len(answers) {
		t.Errorf("got %v, want one 201, and the others refused", tally)
	}
}

func TestT10_ACodePresentedManyTimesAtOnceWorksOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	settings := append([]string{"TWOFOLD_FREE_ATTEMPTS=1000"}, patient...)
	h := apptest.Start(t, settings...)
	houses := []*apptest.Server{h}
	for range 3 {
		houses = append(houses, apptest.StartIn(t, h.Dir, h.Clock, append(settings, "TWOFOLD_PUBLIC_URL="+h.URL)...))
	}
	live, phone := withMFA(h, ada)
	next := func() string {
		h.Clock.Advance(30 * time.Second)
		return phone.Code()
	}
	t.Run("on one sign-in", func(t *testing.T) {
		token, code := pendingSignIn(h, ada), next()
		wantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response { return completeSignIn(houses[i%2], token, code) }))
	})
	t.Run("on sign-ins in four processes, again and again", func(t *testing.T) {
		var tokens []string
		for range houses {
			tokens = append(tokens, pendingSignIn(h, ada))
		}
		for range 12 {
			code := next()
			answers := apptest.Concurrently(len(houses), func(i int) apptest.Response { return completeSignIn(houses[i], tokens[i], code) })
			wantSingleSuccess(t, answers)
			for i, a := range answers {
				if a.Status == 201 {
					tokens[i] = pendingSignIn(h, ada)
				}
			}
		}
	})
	t.Run("at step-up", func(t *testing.T) {
		code := next()
		wantSingleSuccess(t, apptest.Concurrently(12, func(i int) apptest.Response {
			return live.OnServer(houses[i%2]).StepUp("mfa.enroll", JSON{"code": code})
		}))
	})
	t.Run("at sign-in and step-up", func(t *testing.T) {
		token, code := pendingSignIn(h, ada), next()
		wantSingleSuccess(t, apptest.Concurrently(12, func(i int) apptest.Response {
			if i%4 < 2 {
				return completeSignIn(houses[i%2], token, code)
			}
			return live.OnServer(houses[i%2]).StepUp("mfa.enroll", JSON{"code": code})
		}))
	})
}

func TestT10_ACodeIsRememberedByEveryDoor(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	live := h.SignedIn(ada)
	phone := live.Begin()
	live.Confirm(phone, phone.Code()).Require(201, "")

	for _, door := range []struct {
		name string
		open func(code string) apptest.Response
	}{
		{"the code that confirmed", nil},
		{"a code that finished a sign-in", func(code string) apptest.Response { return completeSignIn(h, pendingSignIn(h, ada), code) }},
		{"a code that signed in at once", func(code string) apptest.Response {
			return h.Script("").SignIn(ada, JSON{"code": code, "deliver": "token"})
		}},
		{"a code that stepped up", func(code string) apptest.Response { return live.StepUp("mfa.enroll", JSON{"code": code}) }},
	} {
		t.Run(door.name+" is used everywhere", func(t *testing.T) {
			code := phone.Code()
			if door.open != nil {
				door.open(code).Require(201, "")
			}
			completeSignIn(h, pendingSignIn(h, ada), code).Require(401, "code_used")
			h.Script("").SignIn(ada, JSON{"code": code}).Require(401, "code_used")
			live.WithT(t).StepUp("mfa.remove", JSON{"code": code}).Require(401, "code_used")
		})
		h.Clock.Advance(30 * time.Second)
	}
}

func TestT10_AnOlderCodeIsRefusedAfterANewerOne(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := withMFA(h, ada)
	h.Clock.Advance(time.Minute) // so that no step of the window was used
	older, now, newer := phone.CodeIn(-1), phone.Code(), phone.CodeIn(1)
	token := pendingSignIn(h, ada)
	completeSignIn(h, token, newer).Require(201, "")
	for name, code := range map[string]string{"the newer": newer, "the one before": now, "the oldest of the window": older} {
		t.Run(name, func(t *testing.T) { completeSignIn(h, pendingSignIn(h, ada), code).Require(401, "code_used") })
	}
	h.Clock.Advance(30 * time.Second)
	completeSignIn(h, pendingSignIn(h, ada), older).Require(401, "code_rejected") // backupFixture the window nobody is told what it was
	completeSignIn(h, pendingSignIn(h, ada), phone.CodeIn(1)).Require(201, "")
}

func TestT10_ACodeStaysUsedWhereAnotherClockIsBehind(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := withMFA(h, ada)
	late := apptest.NewClock() // pendingSignIn a minute behind by now
	behind := apptest.StartIn(t, h.Dir, late, "TWOFOLD_PUBLIC_URL="+h.URL)
	code := phone.Code()
	completeSignIn(h, pendingSignIn(h, ada), code).Require(201, "")
	completeSignIn(behind, pendingSignIn(behind, ada), code).Require(401, "code_used")
}

func TestT10_ACodeOfTwoMethodsIsUsedWhenBothHaveSeenIt(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := withMFA(h, ada)
	account := live.Do("GET", "/api/v1/account", nil).Require(200, "").Text("id")
	// By chance two keys show one code in a million steps; here they are made to.
	db, keys := database(t, h), ring(t, h)
	var sealed []byte
	if err := db.QueryRow(`SELECT sealed_key FROM mfa_methods`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	raw, err := keys.Unseal(context.Background(), sealed, account, phone.ID)
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err = keys.Seal(raw, account, unknownID); err != nil {
		t.Fatal(err)
	}
	execute(t, db, `INSERT INTO mfa_methods (id, account_id, type, name, sealed_key, last_step, created_at, last_used_at)
		SELECT ?, account_id, type, 'Twin', ?, last_step, created_at + 1, last_used_at FROM mfa_methods`, unknownID, sealed)

	code := phone.Code()
	completeSignIn(h, pendingSignIn(h, ada), code).Require(201, "")
	completeSignIn(h, pendingSignIn(h, ada), code).Require(201, "")
	completeSignIn(h, pendingSignIn(h, ada), code).Require(401, "code_used")
	live.StepUp("mfa.remove", JSON{"code": code}).Require(401, "code_used")
}

// ring opens the keys of a house, as one who has both its files can.
func ring(t *testing.T, h *apptest.Server) *keyring.Ring {
	t.Helper()
	db, err := store.Open(h.Database, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	master, err := keyring.ReadMaster(filepath.Join(h.Dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Open(context.Background(), store.Keys{DB: db}, master, h.Clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
