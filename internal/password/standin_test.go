package password_test

import (
	"fmt"
	"strings"
	"testing"

	"twofold/internal/password"
)

// costOf returns the cost of a PHC string: m=…,t=…,p=….
func costOf(stored string) string { return strings.Split(stored, "$")[3] }

func TestDummyHash_CostsInUse(t *testing.T) {
	t.Parallel()
	older := password.Params{MemoryKiB: 1024, Time: 1, Parallelism: 1}
	newer := password.Params{MemoryKiB: 1024, Time: 3, Parallelism: 1}
	hasher := func(costs password.Costs) *password.Hasher {
		h, err := password.NewTestHasher(newer, 1, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		h.SetCosts([]byte("key"), costs)
		return h
	}
	const keys = 2000
	olderOf := func(h *password.Hasher) map[string]bool {
		picked := make(map[string]bool)
		for i := range keys {
			key := fmt.Sprint("unknown:", i)
			if costOf(h.DummyHash(key)) == "m=1024,t=1,p=1" {
				picked[key] = true
			}
		}
		return picked
	}
	most, again := olderOf(hasher(password.Costs{older: 700, newer: 300})), olderOf(hasher(password.Costs{older: 7, newer: 3}))
	if n := len(most); n < keys*65/100 || n > keys*75/100 {
		t.Errorf("%d of %d have the older cost, want 70 %%", n, keys)
	}
	for key := range most {
		if !again[key] {
			t.Fatalf("%s has another cost in another process", key)
		}
	}
	few := olderOf(hasher(password.Costs{older: 100, newer: 900}))
	for key := range few {
		if !most[key] {
			t.Fatalf("%s returns to the older cost", key)
		}
	}
	if n := len(olderOf(hasher(password.Costs{newer: 1}))); n != 0 {
		t.Errorf("%d have a cost that is not in use", n)
	}
	if got := costOf(hasher(nil).DummyHash("unknown")); got != "m=1024,t=3,p=1" {
		t.Errorf("without stored hashes the cost is %s, want that of new hashes", got)
	}
}

func TestCosts_Add(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	c := make(password.Costs)
	for _, stored := range []string{hash(t, h, passphrase), hash(t, h, passphrase), "", "malformed"} {
		c.Add(stored)
	}
	if len(c) != 1 || c[cheap] != 2 {
		t.Errorf("got %v, want two of one cost", c)
	}
}
