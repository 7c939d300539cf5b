package account_test

import (
	"fmt"
	"strings"
	"testing"

	"twofold/internal/account"
	"twofold/internal/password"
	"twofold/internal/secret"
)

// After the cost of hashes was raised, accounts keep cheaper ones until their users sign in. The stand-in of an address without
// an account must not cost more than those.
func TestT15_Enumeration_RaisedHashCost(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 6 {
		if _, err := s.Add(ctx, fmt.Sprintf("user-%d@example.com", i), good); err != nil {
			t.Fatal(err)
		}
	}
	raised, err := password.NewTestHasher(password.Params{MemoryKiB: 2 << 10, Time: 1, Parallelism: 1}, 1, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.Policy.Hasher = raised
	for i := range 4 {
		if _, err := s.Add(ctx, fmt.Sprintf("later-%d@example.com", i), secret.New("another horse battery staple")); err != nil {
			t.Fatal(err)
		}
	}
	costs := account.HashCosts{Store: s.Store.(account.HashStore), Hasher: raised, Key: []byte("key")}
	if err := costs.Sample(ctx); err != nil {
		t.Fatal(err)
	}
	older := 0
	for i := range 1000 {
		if strings.Contains(raised.DummyHash(fmt.Sprint("unknown:", i)), "$m=1024,") {
			older++
		}
	}
	if older < 530 || older > 670 {
		t.Errorf("%d of 1000 unknown addresses have the cost of the older hashes, want 600, as of the accounts", older)
	}
}
