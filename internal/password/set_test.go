package password_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/password"
	"twofold/internal/secret"
)

// words is a set to hash; a test needs no random ones.
var words = []secret.Text{secret.New("0123456789ABCDEF"), secret.New("GHJKMNPQRSTVWXYZ"), secret.New("0000000000000000")}

func hashSet(t *testing.T, h *password.Hasher) []string {
	t.Helper()
	hashes, err := h.HashSet(words)
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

func TestVerifyAny(t *testing.T) {
	t.Parallel()
	h := queuedHasher(t, 1, 0, time.Second)
	hashes := hashSet(t, h)
	for i, word := range words {
		if at, err := h.VerifyAny(hashes, word); at != i || err != nil {
			t.Errorf("word %d: got %d, %v", i, at, err)
		}
	}
	for what, set := range map[string][]string{"another": hashSet(t, h)[:1], "an empty one": nil} {
		if at, err := h.VerifyAny(set, words[1]); at != -1 || err != nil {
			t.Errorf("in %s: got %d, %v, want -1", what, at, err)
		}
	}
	if at, err := h.VerifyAny(hashes, secret.New("\xff")); at != -1 || err != nil {
		t.Errorf("invalid UTF-8: got %d, %v, want -1", at, err)
	}
}

// saltOf returns the cost and salt of a hash, which must be the same in a set, so that VerifyAny computes one hash.
func saltOf(t *testing.T, hash string) string {
	t.Helper()
	at := strings.LastIndex(hash, "$")
	if at < 0 {
		t.Fatalf("%q is not a PHC string", hash)
	}
	return hash[:at]
}

func TestHashSet_Salt(t *testing.T) {
	t.Parallel()
	h := queuedHasher(t, 1, 0, time.Second)
	one, other := hashSet(t, h), hashSet(t, h)
	for i, hash := range one {
		if saltOf(t, hash) != saltOf(t, one[0]) || (i > 0 && hash == one[0]) {
			t.Errorf("hash %d has another salt, or equals the first", i)
		}
	}
	if saltOf(t, one[0]) == saltOf(t, other[0]) {
		t.Error("two sets share a salt")
	}
	if ok, stale, err := h.Verify(one[1], words[1]); !ok || stale || err != nil {
		t.Errorf("Verify of a single hash: got %v, %v, %v", ok, stale, err)
	}
}

func TestVerifyAny_MixedSet(t *testing.T) {
	t.Parallel()
	h := queuedHasher(t, 1, 0, time.Second)
	one, other := hashSet(t, h), hashSet(t, h)
	for what, set := range map[string][]string{
		"two salts":    {one[0], other[1]},
		"two costs":    {one[0], strings.Replace(one[1], "t=2", "t=3", 1)},
		"two lengths":  {one[0], one[1][:len(one[1])-11]},
		"no PHC in it": {one[0], "x"},
		"nothing":      {""},
	} {
		if at, err := h.VerifyAny(set, words[0]); at != -1 || err == nil {
			t.Errorf("%s: got %d, %v, want an error", what, at, err)
		}
	}
}

func TestHashSet_InvalidUTF8(t *testing.T) {
	t.Parallel()
	h := queuedHasher(t, 1, 0, time.Second)
	if hashes, err := h.HashSet([]secret.Text{words[0], secret.New("\xff")}); err == nil || hashes != nil {
		t.Errorf("got %v, %v, want an error", hashes, err)
	}
}
