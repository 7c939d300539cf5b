package app_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

func TestExportAccount_EverythingWithoutSecrets(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	h.NewUser(bob).WithTOTP()
	got := script.Do("GET", apptest.PathAccount+"/export", nil).Require(200, "")
	if name := got.Header.Get("Content-Disposition"); name != `attachment; filename="account.json"` {
		t.Errorf("it is saved as %q", name)
	}
	if kept := got.Header.Get("Cache-Control"); kept != "no-store" {
		t.Errorf("it may be cached: %q", kept)
	}
	for member, path := range map[string]string{"account": apptest.PathAccount, "mfa": "/api/v1/mfa"} {
		want, _ := json.Marshal(script.Do("GET", path, nil).Require(200, "").Value())
		if exported, _ := json.Marshal(got.Value(member)); string(exported) != string(want) {
			t.Errorf("%s is %s, want %s", member, exported, want)
		}
	}
	for member, path := range map[string]string{"sessions": "/api/v1/sessions", "activity": apptest.PathAccount + "/activity"} {
		want, _ := json.Marshal(script.Do("GET", path, nil).Require(200, "").Value("items"))
		if exported, _ := json.Marshal(got.Value(member)); string(exported) != string(want) {
			t.Errorf("%s is %s, want %s", member, exported, want)
		}
	}
	for _, secret := range []string{"argon2", "secret", "otpauth", "sealed", "hash", "tf_", script.Bearer, codes[0], h.AccountID(bob)} {
		if strings.Contains(string(got.Body), secret) {
			t.Errorf("the export shows %q", secret)
		}
	}
}

// The export reads the activity in parts and has a bound.
func TestExportAccount_NewestActivity(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	log := audit.Log{Store: h.App.Accounts.Audit.Store, Now: h.Clock.Now, NewID: h.App.Accounts.NewID}
	for range 6 {
		err := log.Store.InTx(h.Context(), func(ctx context.Context) error {
			for range 1000 {
				if err := log.Record(ctx, audit.Event{Kind: audit.ProfileChanged, AccountID: id}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	items, _ := script.Do("GET", apptest.PathAccount+"/export", nil).Require(200, "").Value("activity").([]any)
	seen := make(map[any]bool)
	for _, item := range items {
		seen[item.(map[string]any)["id"]] = true
	}
	if len(items) != 5000 || len(seen) != len(items) {
		t.Errorf("it has %d entries, %d of them distinct, want 5000", len(items), len(seen))
	}
}
