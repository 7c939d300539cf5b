package account_test

import (
	"errors"
	"testing"

	"twofold/internal/account"
)

func TestByEmail_UmlautDomain(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct{ added, other string }{
		{"ada@b\u00fccher.example", "ada@xn--bcher-kva.example"}, {"bob@xn--bcher-kva.example", "BOB@B\u00dcCHER.example"},
	} {
		added, err := s.Add(ctx, c.added, good)
		if err != nil {
			t.Fatal(err)
		}
		for _, spelling := range []string{c.added, c.other} {
			if found, err := s.ByEmail(ctx, spelling); err != nil || found != added {
				t.Errorf("%s found %+v, %v, want %s", spelling, found, err, added.ID)
			}
			if _, err := s.Add(ctx, spelling, good); !errors.Is(err, account.ErrEmailTaken) {
				t.Errorf("%s a second time: got %v, want ErrEmailTaken", spelling, err)
			}
		}
	}
}

func TestCanonicalizeAddresses_OfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	for id, addresses := range map[string][2]string{
		"ada":   {"ada@b\u00fccher.example", "ada@\u4f8b\u3048.jp"},
		"bob":   {"bob@example.com", "bob@b\u00fccher.example"},
		"carl":  {"z\u00fcrich@example.com", ""}, // canonical already
		"dora":  {"dora@b\u00fccher.example", ""},
		"twin":  {"dora@xn--bcher-kva.example", ""},
		"eve":   {"eve@b\u00fccher.example", "eve@xn--bcher-kva.example"},
		"frank": {"frank@b\u00fc_cher.example", ""}, // not a valid domain
	} {
		a := account.Account{ID: id, Email: addresses[0], NoticeEmail: addresses[1], CreatedAt: noon, PasswordChangedAt: noon}
		if err := s.Store.Insert(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	pair := func(pairs []account.SameAddress, err error) {
		t.Helper()
		if err != nil || len(pairs) != 1 || pairs[0].Unreachable.ID != "dora" || pairs[0].Found.ID != "twin" {
			t.Errorf("got %+v, %v, want dora and her twin", pairs, err)
		}
	}
	pair(account.FindSameAddresses(ctx, s.Store))
	for range 2 {
		pair(s.CanonicalizeAddresses(ctx))
	}
	for id, want := range map[string][2]string{
		"ada": {"ada@xn--bcher-kva.example", "ada@xn--r8jz45g.jp"}, "bob": {"bob@example.com", "bob@xn--bcher-kva.example"}, "carl": {"z\u00fcrich@example.com", ""},
		"dora": {"dora@b\u00fccher.example", ""}, "twin": {"dora@xn--bcher-kva.example", ""}, "eve": {"eve@xn--bcher-kva.example", ""},
		"frank": {"frank@b\u00fc_cher.example", ""},
	} {
		if a, err := s.ByID(ctx, id); err != nil || a.Email != want[0] || a.NoticeEmail != want[1] {
			t.Errorf("%s has %s and %q, %v, want %s and %q", id, a.Email, a.NoticeEmail, err, want[0], want[1])
		}
		if a, err := s.ByEmail(ctx, want[0]); id != "dora" && (err != nil || a.ID != id) {
			t.Errorf("%s found %s, %v, want %s", want[0], a.ID, err, id)
		}
	}
	if err := s.Store.SetEmail(ctx, "twin", "twin@example.com"); err != nil {
		t.Fatal(err)
	}
	if pairs, err := s.CanonicalizeAddresses(ctx); err != nil || len(pairs) > 0 {
		t.Errorf("after a change of address: %+v, %v", pairs, err)
	}
	if a, err := s.ByEmail(ctx, "dora@b\u00fccher.example"); err != nil || a.ID != "dora" {
		t.Errorf("found %s, %v, want dora", a.ID, err)
	}
}
