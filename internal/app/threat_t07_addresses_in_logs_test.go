package app_test

import "testing"

// The activity names the address; a line of the log goes further than the database.
func TestT07_Secrets_AddressChangeNotLogged(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	moveTo(t, h, h.SignedIn(ada), email, newAddress)
	secretMarkers{"an address": newAddress}.in(t, "the log", h.Log.String())
}
