package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// The activity has the address, but the log must not, because it leaves the database.
func TestT07_Secrets_AddressChangeNotLogged(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.SignedIn(ada).MoveAddress(apptest.PathEmail, newAddress)
	apptest.Secrets{"an address": newAddress}.WantAbsent(t, "the log", h.Log.String())
}
