package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// TestClosedDatabase_EveryCallFails calls every method. Each must return a FailureError, for which the API responds with 503, and
// never an empty result, which could be taken for a permission.
func TestClosedDatabase_EveryCallFails(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	must(t, db.Close())
	attempt := throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	rules := throttle.Rules{FreeAttempts: 5, Backoff: []time.Duration{time.Second}}
	for name, call := range map[string]func() error{
		"InTx":     func() error { return db.InTx(ctx, func(context.Context) error { return nil }) },
		"Ready":    func() error { return db.Ready(ctx) },
		"Migrated": func() error { _, err := db.Migrated(ctx); return err },

		"Outbox.Waiting": func() error { _, _, err := Outbox{db}.Waiting(ctx); return err },

		"Accounts.Insert":      func() error { return Accounts{db}.Insert(ctx, account.Account{}) },
		"Accounts.ByID":        func() error { _, err := Accounts{db}.ByID(ctx, "x"); return err },
		"Accounts.ByEmail":     func() error { _, err := Accounts{db}.ByEmail(ctx, "x"); return err },
		"Accounts.SetPassword": func() error { return Accounts{db}.SetPassword(ctx, "x", "h", noon) },
		"Accounts.Rehash":      func() error { return Accounts{db}.Rehash(ctx, "x", "o", "h") },

		"Sessions.Insert":        func() error { return Sessions{db}.Insert(ctx, session.Session{}, tokenOf("x")) },
		"Sessions.ByToken":       func() error { _, err := Sessions{db}.ByToken(ctx, tokenOf("x")); return err },
		"Sessions.Touch":         func() error { return Sessions{db}.Touch(ctx, "x", noon) },
		"Sessions.Update":        func() error { return Sessions{db}.Update(ctx, session.Session{}) },
		"Sessions.SetToken":      func() error { return Sessions{db}.SetToken(ctx, "x", tokenOf("x")) },
		"Sessions.Delete":        func() error { _, err := Sessions{db}.Delete(ctx, "x", "y"); return err },
		"Sessions.ByAccount":     func() error { _, err := Sessions{db}.ByAccount(ctx, "x"); return err },
		"Sessions.DeleteByToken": func() error { return Sessions{db}.DeleteByToken(ctx, tokenOf("x")) },
		"Sessions.DeleteOthers":  func() error { _, err := Sessions{db}.DeleteOthers(ctx, "x", "y"); return err },
		"Sessions.DeleteOldest":  func() error { return Sessions{db}.DeleteOldest(ctx, "x", 1) },

		"SignIns.Insert":       func() error { return SignIns{db}.Insert(ctx, authn.PendingSignIn{}, tokenOf("x")) },
		"SignIns.Load":         func() error { _, err := SignIns{db}.Load(ctx, authn.SnapshotQuery{}); return err },
		"SignIns.LockAndLoad":  func() error { _, err := SignIns{db}.LockAndLoad(ctx, authn.SnapshotQuery{}); return err },
		"SignIns.Delete":       func() error { return SignIns{db}.Delete(ctx, "x") },
		"SignIns.DeleteOldest": func() error { return SignIns{db}.DeleteOldest(ctx, "x", "anyone", 1) },

		"SignIns.DeleteOf": func() error { return SignIns{db}.DeleteOf(ctx, "x") },

		"Devices.HasAny": func() error { _, err := Devices{db}.HasAny(ctx, "x"); return err },
		"Devices.Find":   func() error { _, err := Devices{db}.Find(ctx, "x", tokenOf("x")); return err },
		"Devices.Upsert": func() error { return Devices{db}.Upsert(ctx, authn.Device{}, tokenOf("x")) },
		"Devices.Rekey":  func() error { return Devices{db}.Rekey(ctx, tokenOf("x"), tokenOf("y")) },
		"Devices.Rotate": func() error { return Devices{db}.Rotate(ctx, authn.Device{}, tokenOf("x"), tokenOf("y")) },
		"Devices.Revoke": func() error { return Devices{db}.Revoke(ctx, "x", "", noon) },
		"Devices.Prune":  func() error { return Devices{db}.Prune(ctx, "x", noon, 1) },

		"StepUps.Insert":   func() error { return insertStepUp(db, stepup.Grant{}) },
		"StepUps.Consume":  func() error { _, err := StepUps{db}.Consume(ctx, "x", noon); return err },
		"StepUps.DeleteOf": func() error { return StepUps{db}.DeleteOf(ctx, "x") },

		"Reminders.AccountsToRemind": func() error { _, err := Reminders{db}.AccountsToRemind(ctx, noon, 1); return err },
		"Reminders.MarkReminded":     func() error { _, err := Reminders{db}.MarkReminded(ctx, "x", noon); return err },
		"SignIns.SetEnrollmentKey":   func() error { _, err := SignIns{db}.SetEnrollmentKey(ctx, "x", nil, ""); return err },

		"AdminAccounts.Find":       func() error { _, err := adminAccounts(db).Find(ctx, "x", "y", 1); return err },
		"AdminAccounts.LastSignIn": func() error { _, err := adminAccounts(db).LastSignIn(ctx, "x"); return err },
		"AdminAccounts.Lockouts":   func() error { _, err := adminAccounts(db).Lockouts(ctx, "x", noon, 1); return err },
		"AdminAccounts.SetRole":    func() error { return adminAccounts(db).SetRole(ctx, "x", account.Admin) },
		"AdminAccounts.OtherAdministrators": func() error {
			_, err := adminAccounts(db).OtherAdministrators(ctx, "x")
			return err
		},
		"AdminAccounts.SetDisabled": func() error { return adminAccounts(db).SetDisabled(ctx, "x", noon) },

		"Methods.Methods":           func() error { _, err := Methods{db}.Methods(ctx, "x"); return err },
		"Methods.InsertMethod":      func() error { return Methods{db}.InsertMethod(ctx, mfa.Method{}) },
		"Methods.DeleteMethod":      func() error { _, err := Methods{db}.DeleteMethod(ctx, "x", "y"); return err },
		"Methods.DeleteMethods":     func() error { _, err := Methods{db}.DeleteMethods(ctx, "x"); return err },
		"Methods.AdvanceStep":       func() error { _, err := Methods{db}.AdvanceStep(ctx, "x", "y", 1, noon); return err },
		"Methods.ReplaceEnrollment": func() error { return Methods{db}.ReplaceEnrollment(ctx, mfa.Enrollment{}) },
		"Methods.State":             func() error { _, err := Methods{db}.State(ctx, "x"); return err },
		"Methods.IncrementTries":    func() error { _, err := Methods{db}.IncrementTries(ctx, "x", "y", 1); return err },
		"Methods.DeleteEnrollment":  func() error { _, err := Methods{db}.DeleteEnrollment(ctx, "x", "y"); return err },
		"Methods.DeleteEnrollments": func() error { return Methods{db}.DeleteEnrollments(ctx, "x") },

		"Attempts.Reserve": func() error {
			_, _, err := Attempts{db}.Reserve(ctx, attempt, throttle.SubLimit{}, noon, rules)
			return err
		},
		"Attempts.Counts":    func() error { _, err := Attempts{db}.Counts(ctx, attempt, throttle.SubLimit{}); return err },
		"Attempts.Reset":     func() error { return Attempts{db}.Reset(ctx, throttle.SubLimit{}, attempt) },
		"Attempts.ResetKind": func() error { return Attempts{db}.ResetKind(ctx, "x", throttle.TOTP) },

		"Keys.SealedKeyset":           func() error { _, err := Keys{db}.SealedKeyset(ctx); return err },
		"Keys.InsertSealedKeyset":     func() error { return Keys{db}.InsertSealedKeyset(ctx, keyring.SealedKeyset{}) },
		"Keys.LockKeyset":             func() error { _, err := Keys{db}.LockKeyset(ctx); return err },
		"Keys.ReplaceSealedKeyset":    func() error { return Keys{db}.ReplaceSealedKeyset(ctx, keyring.SealedKeyset{}) },
		"Keys.SigningKeys":            func() error { _, err := Keys{db}.SigningKeys(ctx); return err },
		"Keys.InsertSigningKey":       func() error { return Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{}) },
		"Keys.ActivateSigningKey":     func() error { return Keys{db}.ActivateSigningKey(ctx, "x", noon) },
		"Keys.RetireSigningKey":       func() error { return Keys{db}.RetireSigningKey(ctx, "x", noon) },
		"Keys.DeleteSigningKey":       func() error { return Keys{db}.DeleteSigningKey(ctx, "x") },
		"Keys.DeleteTokensWithoutKID": func() error { return Keys{db}.DeleteTokensWithoutKID(ctx) },
		"Keys.NotSealedWith":          func() error { _, err := Keys{db}.NotSealedWith(ctx, "outbox", nil, "", 1); return err },
		"Keys.Reencrypt":              func() error { _, err := Keys{db}.Reencrypt(ctx, "outbox", keyring.SealedRow{}, nil); return err },
		"Keys.SealedPrefixes":         func() error { _, err := Keys{db}.SealedPrefixes(ctx, "outbox", 5); return err },
	} {
		err := call()
		f := (*FailureError)(nil)
		if !errors.As(err, &f) || !f.Unavailable() {
			t.Errorf("%s returned %v (%T), want a FailureError", name, err, err)
			continue
		}
		if !strings.HasPrefix(f.Error(), "database: ") || f.Unwrap() == nil {
			t.Errorf("%s: the error is %q and wraps %v", name, f.Error(), f.Unwrap())
		}
	}
}

func adminAccounts(db *DB) AdminAccounts { return AdminAccounts{Accounts{db}} }
