package app_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/test/apptest"
)

func TestT16_EmailVariants_SharedBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stored string
		spellings    []string
	}{
		{"an account", "zoë@example.com", []string{
			norm.NFD.String("zoë@example.com"), "ZOË@EXAMPLE.COM", norm.NFD.String("ZOË@Example.com"), "  zoë@example.com\t", "Zoë@example.COM\n",
		}},
		{"no account", "", []string{
			"nil@example.com", "NIL@example.com", " nil@example.com ", "Nil@Example.Com", "\u00a0nil@example.com",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t)
			if c.stored != "" {
				h.AddAccount(c.stored)
			}
			for left, email := range c.spellings {
				a := h.Script("").SignIn(email, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
				if got, want := a.Int("attempts_left"), 4-left; got != want {
					t.Errorf("attempts_left is %d for %q, want %d", got, email, want)
				}
			}
			for _, email := range c.spellings {
				apptest.WantWait(t, h.Script("").SignIn(email), 30)
			}
		})
	}
}

func TestT16_EmailVariants_SignIn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(" Zoë@Example.com")
	for _, email := range []string{"zoë@example.com", norm.NFD.String("zoë@example.com"), "ZOË@EXAMPLE.COM "} {
		a := h.SignedIn(email).Do("GET", "/api/v1/account", nil).Require(200, "")
		if got := a.Text("id"); got != id {
			t.Errorf("sign-in with %q: account %s, want %s", email, got, id)
		}
		if got := a.Text("email"); got != "zoë@example.com" {
			t.Errorf("the address is stored as %q", got)
		}
	}
	h.Script("").SignIn("zoe@example.com").Require(401, "credentials_rejected")
}
