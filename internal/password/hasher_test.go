package password_test

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"twofold/internal/password"
	"twofold/internal/secret"
)

// cheap is the lowest cost that validates, for tests that hash.
var cheap = password.Params{MemoryKiB: 12 * 1024, Time: 3, Parallelism: 1}

var passphrase = secret.New("correct horse battery staple")

func newHasher(t testing.TB, p password.Params) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(p, 2, 32, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func hash(t testing.TB, h *password.Hasher, pw secret.Text) string {
	t.Helper()
	stored, err := h.Hash(pw)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestNewHasher_RejectsInsecureSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params       password.Params
		slots, queue int
		wait         time.Duration
		ok           bool
	}{
		"the defaults":      {password.Default, 2, 32, 2 * time.Second, true},
		"no queue, no wait": {password.Default, 1, 0, 0, true},
		"weak parameters":   {password.Params{MemoryKiB: 1024, Time: 1, Parallelism: 1}, 2, 32, time.Second, false},
		"no slot":           {password.Default, 0, 32, time.Second, false},
		"a negative slot":   {password.Default, -1, 32, time.Second, false},
		"a negative queue":  {password.Default, 2, -1, time.Second, false},
		"a negative wait":   {password.Default, 2, 32, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := password.NewHasher(c.params, c.slots, c.queue, c.wait)
			if (err == nil) != c.ok || (h != nil) != c.ok {
				t.Errorf("got %v, %v, want ok %v", h != nil, err, c.ok)
			}
		})
	}
}

func TestHash_PHCStringWithFreshSalt(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	// 16 bytes are 22 and 32 bytes are 43 characters of unpadded base64.
	shape := regexp.MustCompile(`^\$argon2id\$v=19\$m=12288,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	first, second := hash(t, h, passphrase), hash(t, h, passphrase)
	if !shape.MatchString(first) {
		t.Errorf("got %s, want %s", first, shape)
	}
	if first == second || strings.Split(first, "$")[4] == strings.Split(second, "$")[4] {
		t.Errorf("two hashes share a salt:\n%s\n%s", first, second)
	}
}

func TestHash_UnusablePassword(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	for _, pw := range []string{strings.Repeat("a", 129), "\xff"} {
		if stored, err := h.Hash(secret.New(pw)); err == nil {
			t.Errorf("%.5q…: got %s", pw, stored)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	stored := hash(t, h, secret.New("Caf\u00e9 au lait, sans sucre"))
	for name, c := range map[string]struct {
		password string
		want     bool
	}{
		"the password":             {"Caf\u00e9 au lait, sans sucre", true},
		"the password decomposed":  {"Cafe\u0301 au lait, sans sucre", true},
		"another case":             {"caf\u00e9 au lait, sans sucre", false},
		"without the accent":       {"Cafe au lait, sans sucre", false},
		"trailing space":           {"Caf\u00e9 au lait, sans sucre ", false},
		"a prefix":                 {"Caf\u00e9 au lait, sans sucr", false},
		"trailing NUL":             {"Caf\u00e9 au lait, sans sucre\x00", false},
		"compatibility equivalent": {"Caf\u00e9 au lait\uff0c sans sucre", false}, // NFKC would fold it
		"nothing":                  {"", false},
		"invalid UTF-8":            {"Caf\xe9 au lait, sans sucre", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, stale, err := h.Verify(stored, secret.New(c.password))
			if ok != c.want || stale || err != nil {
				t.Errorf("got %v, %v, %v, want %v", ok, stale, err, c.want)
			}
		})
	}
}

// TestVerify_ReferenceVectors uses argon2id vectors, version 0x13, from the tests of the reference implementation
// (phc-winner-argon2, src/test.c).
func TestVerify_ReferenceVectors(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	for _, c := range []struct{ password, stored string }{
		{"password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
		{"password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
		{"password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"},
	} {
		if ok, stale, err := h.Verify(c.stored, secret.New(c.password)); !ok || !stale || err != nil {
			t.Errorf("%s: got %v, %v, %v, want a stale match", c.stored, ok, stale, err)
		}
		if ok, stale, err := h.Verify(c.stored, secret.New("differentpassword")); ok || stale || err != nil {
			t.Errorf("%s with another password: got %v, %v, %v", c.stored, ok, stale, err)
		}
	}
}

func TestVerify_Stale(t *testing.T) {
	t.Parallel()
	made := password.Params{MemoryKiB: 19456, Time: 3, Parallelism: 2}
	stored := hash(t, newHasher(t, made), passphrase)
	for name, c := range map[string]struct {
		now  password.Params
		want bool
	}{
		"same cost":                                      {made, false},
		"current cost with less memory":                  {password.Params{MemoryKiB: 12288, Time: 3, Parallelism: 2}, false},
		"current cost with fewer passes":                 {password.Params{MemoryKiB: 19456, Time: 2, Parallelism: 2}, false},
		"other lanes":                                    {password.Params{MemoryKiB: 19456, Time: 3, Parallelism: 4}, false},
		"current cost with more memory":                  {password.Params{MemoryKiB: 19457, Time: 3, Parallelism: 2}, true},
		"current cost with more passes":                  {password.Params{MemoryKiB: 19456, Time: 4, Parallelism: 2}, true},
		"current cost with more memory and fewer passes": {password.Params{MemoryKiB: 47104, Time: 1, Parallelism: 2}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, stale, err := newHasher(t, c.now).Verify(stored, passphrase)
			if !ok || stale != c.want || err != nil {
				t.Errorf("got %v, stale %v, %v, want stale %v", ok, stale, err, c.want)
			}
			ok, stale, err = newHasher(t, c.now).Verify(stored, secret.New("a wrong password"))
			if ok || stale || err != nil {
				t.Errorf("wrong password: got %v, stale %v, %v, want neither", ok, stale, err)
			}
		})
	}
}

func TestVerify_MalformedPHCString(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	const salt, tag = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	with := func(params string) string { return "$argon2id$v=19$" + params + "$" + salt + "$" + tag }
	for name, stored := range map[string]string{
		"empty":                    "",
		"only dollars":             "$$$$$",
		"the plain password":       passphrase.Reveal(),
		"bcrypt":                   "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":                  strings.Replace(with("m=256,t=2,p=1"), "argon2id", "argon2i", 1),
		"another version":          strings.Replace(with("m=256,t=2,p=1"), "v=19", "v=16", 1),
		"no version":               "$argon2id$m=256,t=2,p=1$" + salt + "$" + tag,
		"leading character":        "x" + with("m=256,t=2,p=1"),
		"trailing dollar":          with("m=256,t=2,p=1") + "$",
		"trailing newline":         with("m=256,t=2,p=1") + "\n",
		"no tag":                   "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"no salt":                  "$argon2id$v=19$m=256,t=2,p=1$$" + tag,
		"a short salt":             "$argon2id$v=19$m=256,t=2,p=1$c29tZXNh$" + tag,
		"a short tag":              "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + b64(15),
		"a huge salt":              "$argon2id$v=19$m=256,t=2,p=1$" + b64(65) + "$" + tag,
		"a huge tag":               "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + b64(65),
		"padded base64":            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + tag,
		"base64 with loose bits":   "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$" + tag,
		"base64url":                with("m=256,t=2,p=1")[:len(with("m=256,t=2,p=1"))-1] + "_",
		"parameters out of order":  with("t=2,m=256,p=1"),
		"a parameter missing":      with("m=256,t=2"),
		"additional parameter":     with("m=256,t=2,p=1,keyid=AAAA"),
		"a parameter twice":        with("m=256,m=256,p=1"),
		"no number":                with("m=,t=2,p=1"),
		"a sign":                   with("m=+256,t=2,p=1"),
		"a negative number":        with("m=-256,t=2,p=1"),
		"a leading zero":           with("m=0256,t=2,p=1"),
		"hexadecimal":              with("m=0x100,t=2,p=1"),
		"an underscore":            with("m=2_56,t=2,p=1"),
		"no memory":                with("m=0,t=2,p=1"),
		"no pass":                  with("m=256,t=0,p=1"),
		"no lane":                  with("m=256,t=2,p=0"),
		"absurd memory":            with("m=4294967295,t=1,p=1"),
		"more memory than 64 bits": with("m=99999999999999999999999,t=1,p=1"),
		"memory beyond 1 GiB":      with("m=1048577,t=1,p=1"),
		"absurd passes":            with("m=256,t=1000000,p=1"),
		"passes beyond 16":         with("m=256,t=17,p=1"),
		"lanes beyond 16":          with("m=256,t=2,p=17"),
		"lanes that wrap to one":   with("m=256,t=2,p=257"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ok, stale, err := h.Verify(stored, secret.New("password"))
			if ok || stale || err == nil {
				t.Fatalf("got %v, %v, %v, want an error", ok, stale, err)
			}
			if strings.Contains(err.Error(), salt) || strings.Contains(err.Error(), tag[:8]) || strings.Contains(err.Error(), "horse") {
				t.Errorf("the error contains parts of the hash: %v", err)
			}
		})
	}
}

func b64(size int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, size)) }

func TestVerify_UnusablePasswordIsNotHashed(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	// A hash of the maximum cost takes seconds and a GiB.
	expensive := fmt.Sprintf("$argon2id$v=19$m=1048576,t=16,p=1$%s$%s", b64(16), b64(32))
	for name, pw := range map[string]string{
		"too long":             strings.Repeat("a", 129),
		"too long a body":      strings.Repeat("a", 1<<20),
		"too long, decomposed": strings.Repeat("e\u0301", 129),
		"invalid UTF-8":        "\xff\xfe",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			ok, stale, err := h.Verify(expensive, secret.New(pw))
			if ok || stale || err != nil {
				t.Errorf("got %v, %v, %v, want false", ok, stale, err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v, which suggests that the hash was computed", took)
			}
		})
	}
}

func TestDummyHash(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	stored := hash(t, h, passphrase)
	if got, want := strings.Split(h.DummyHash("unknown"), "$")[:4], strings.Split(stored, "$")[:4]; strings.Join(got, "$") != strings.Join(want, "$") {
		t.Errorf("cost %v, want %v", got, want)
	}
	if got, want := len(h.DummyHash("unknown")), len(stored); got != want {
		t.Errorf("%d characters, want %d", got, want)
	}
	if first, again := h.DummyHash("unknown"), h.DummyHash("unknown"); first != again || first == newHasher(t, cheap).DummyHash("unknown") {
		t.Error("want one dummy hash per Hasher")
	}
	for _, pw := range []secret.Text{{}, passphrase, secret.New(h.DummyHash("unknown"))} {
		if ok, stale, err := h.Verify(h.DummyHash("unknown"), pw); ok || stale || err != nil {
			t.Errorf("got %v, %v, %v, want false", ok, stale, err)
		}
	}
}

func BenchmarkVerifyDefault(b *testing.B) {
	h := newHasher(b, password.Default)
	for b.Loop() {
		if _, _, err := h.Verify(h.DummyHash("unknown"), passphrase); err != nil {
			b.Fatal(err)
		}
	}
}
