package store

import (
	"slices"
	"testing"

	"twofold/internal/account"
)

func TestWithUnicodeAddress_EitherAddress(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	for id, addresses := range map[string][2]string{
		"a": {"a@example.com", ""}, "b": {"b@example.com", "b@b\u00fccher.example"}, "c": {"c@b\u00fccher.example", ""}, "d": {"d@xn--bcher-kva.example", "d@example.com"},
	} {
		must(t, Accounts{db}.Insert(ctx, account.Account{ID: id, Email: addresses[0], NoticeEmail: addresses[1], CreatedAt: noon, PasswordChangedAt: noon}))
	}
	found, err := Accounts{db}.WithUnicodeAddress(ctx)
	must(t, err)
	want := []account.Account{{ID: "b", Email: "b@example.com", NoticeEmail: "b@b\u00fccher.example"}, {ID: "c", Email: "c@b\u00fccher.example"}}
	if !slices.Equal(found, want) {
		t.Errorf("got %+v, want %+v", found, want)
	}
}
