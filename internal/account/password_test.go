package account_test

import (
	"errors"
	"testing"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/account"
	"twofold/internal/password"
	"twofold/internal/secret"
)

func TestValidateAndHash_Policy(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Policy.Issuer = "Café Élan Accounts"
	zoë, err := s.Add(ctx, "zoë.lovelace@example.com", secret.New("élan élan étoile"))
	if err != nil {
		t.Fatal(err)
	}
	for pw, want := range map[string]error{
		"zoë.lovelace@example.com":          password.ErrContainsContext,
		"Zoë Lovelace Zoë":                  password.ErrContainsContext,
		"zoë.lovelace@example.com rocks":    password.ErrContainsContext,
		"zoë.lovelace counts nine lamps":    nil,
		"my café élan accounts":             password.ErrContainsContext,
		"password1234567890":                password.ErrCommon,
		"Zoë Lovelace Zoë Lovelace":         password.ErrContainsContext,
		"twofold twofold":                   password.ErrContainsContext,
		"CAFÉ ÉLAN ACCOUNTS":                password.ErrContainsContext,
		"ada.lovelace@example.com":          nil, // the address of another account
		"passwordpassword":                  password.ErrCommon,
		"PasswordPassword":                  password.ErrCommon,
		"élan élan étoile":                  password.ErrUnchanged,
		norm.NFD.String("élan élan étoile"): password.ErrUnchanged,
		"Élan élan étoile":                  nil,
		"élan élan étoile ":                 nil,
		"too short":                         password.ErrTooShort,
	} {
		hash, err := s.Policy.ValidateAndHash(ctx, zoë, secret.New(pw))
		if !errors.Is(err, want) || (hash == "") != (want != nil) {
			t.Errorf("%q: got %q, %v, want %v", pw, hash, err, want)
		}
		if errors.Is(err, password.ErrPolicy) != (want != nil) {
			t.Errorf("%q: errors.Is(%v, ErrPolicy) is wrong", pw, err)
		}
	}
}

func TestValidateAndHash_RejectsBeforeQueueing(t *testing.T) {
	t.Parallel()
	s := open(t)
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	release, err := busy.Acquire(ctx, "another account")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s.Policy.Hasher = busy
	for pw, want := range map[string]error{"passwordpassword": password.ErrCommon, "twofold twofold": password.ErrContainsContext, "another horse battery staple": password.ErrBusy} {
		if _, err := s.Policy.ValidateAndHash(ctx, account.Account{Email: "ada@example.com"}, secret.New(pw)); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", pw, err, want)
		}
	}
}
