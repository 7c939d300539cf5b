package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/account"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/store"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	good = secret.New("correct horse battery staple")
)

func TestCanonicalEmail(t *testing.T) {
	t.Parallel()
	for spelling, want := range map[string]string{
		"ada@example.com":                "ada@example.com",
		"ADA@EXAMPLE.COM":                "ada@example.com",
		"Ada@Example.Com":                "ada@example.com",
		"  ada@example.com\t\r\n":        "ada@example.com",
		"\u00a0ada@example.com\u3000":    "ada@example.com",
		"ada @example.com":               "ada @example.com", // a space inside is left alone
		"z\u00fcrich@example.com":        "z\u00fcrich@example.com",
		"zu\u0308rich@example.com":       "z\u00fcrich@example.com",
		"ZU\u0308RICH@EXAMPLE.COM":       "z\u00fcrich@example.com",
		"Z\u00dcRICH@EXAMPLE.COM":        "z\u00fcrich@example.com",
		"a\u030a\u0327@example.com":      "\u00e5\u0327@example.com",  // marks in canonical order
		"\u212bngstrom@example.com":      "\u00e5ngstrom@example.com", // the Ångström sign
		"\u212aelvin@example.com":        "kelvin@example.com",        // the Kelvin sign
		"\u0130stanbul@example.com":      "istanbul@example.com",      // Turkish dotted capital I
		"I\u0307stanbul@example.com":     "istanbul@example.com",      // the same in two code points
		"\u0131stanbul@example.com":      "\u0131stanbul@example.com", // the dotless small i is another letter
		"STRASSE@example.com":            "strasse@example.com",
		"stra\u00dfe@example.com":        "stra\u00dfe@example.com", // ß is not ss: lower case, not folding
		"\u03a3\u03a3@example.com":       "\u03c3\u03c3@example.com",
		"\u03c2@example.com":             "\u03c2@example.com",
		"\uff21da@example.com":           "\uff41da@example.com", // full width stays: NFC, not NFKC
		"\uac00@example.com":             "\uac00@example.com",
		"\u1100\u1161@example.com":       "\uac00@example.com",
		"\ufeffada@example.com\u200b":    "ada@example.com", // copied with invisible characters
		"\u00adada@example.com\u202c":    "ada@example.com",
		"ada@b\u00fccher.example":        "ada@xn--bcher-kva.example",
		"ada@bu\u0308cher.example":       "ada@xn--bcher-kva.example",
		"ADA@B\u00dcCHER.EXAMPLE":        "ada@xn--bcher-kva.example",
		"ada@xn--bcher-kva.example":      "ada@xn--bcher-kva.example",
		"ada@XN--BCHER-KVA.example":      "ada@xn--bcher-kva.example",
		"z\u00fcrich@\u4f8b\u3048.jp":    "z\u00fcrich@xn--r8jz45g.jp",
		"ada@\u4f8b\u3048\u3002jp":       "ada@xn--r8jz45g.jp",        // the ideographic full stop
		"ada@stra\u00dfe.example":        "ada@xn--strae-oqa.example", // not strasse: that is another domain
		"ada@\uff42ook.example":          "ada@book.example",
		"ada@my_host.example":            "ada@my_host.example", // not a valid name: left alone
		"ada@b\u00fc_cher.example":       "ada@b\u00fc_cher.example",
		"ada@xn--zzzzzzzzzzzz99.example": "ada@xn--zzzzzzzzzzzz99.example",
		"ada@[192.0.2.1]":                "ada@[192.0.2.1]",
		"b\u00fccher.example":            "b\u00fccher.example", // no domain
		"@":                              "@",
		"":                               "",
		" \t ":                           "",
	} {
		if got := account.CanonicalEmail(spelling); got != want {
			t.Errorf("CanonicalEmail(%+q) = %+q, want %+q", spelling, got, want)
		}
	}
}

func TestCanonicalEmail_Idempotent(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x1ffff; r++ {
		if (r >= 0x3400 && r < 0xa000) || (r >= 0xac00 && r < 0xf900) {
			continue // Han, Hangul, private use: no case, and much of the time
		}
		for _, text := range []string{string(r), "a" + string(r) + "@x", string(r) + "\u0307", "a@x" + string(r) + "y.example"} {
			once := account.CanonicalEmail(text)
			if again := account.CanonicalEmail(once); again != once {
				t.Fatalf("CanonicalEmail(%+q) = %+q, and of that %+q", text, once, again)
			}
			if decomposed := account.CanonicalEmail(norm.NFD.String(text)); decomposed != once {
				t.Fatalf("CanonicalEmail(%+q) = %+q, but %+q when decomposed", text, once, decomposed)
			}
		}
	}
}

// open returns a Service over a new SQLite database.
func open(t *testing.T) *account.Service {
	t.Helper()
	db, err := store.Open("sqlite:"+filepath.Join(t.TempDir(), "twofold.db"), store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	hasher, err := password.NewTestHasher(password.TestParams, 2, 32, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	return &account.Service{
		Store: store.Accounts{DB: db}, Policy: account.PasswordPolicy{Hasher: hasher}, Now: func() time.Time { return noon },
		NewID: func() string { ids++; return fmt.Sprint("account-", ids) },
	}
}

func TestByEmail_AnySpelling(t *testing.T) {
	t.Parallel()
	s := open(t)
	added, err := s.Add(ctx, "  ZU\u0308RICH@Example.com ", good)
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []string{"z\u00fcrich@example.com", "Zu\u0308rich@EXAMPLE.com", " z\u00fcrich@example.com\n"} {
		found, err := s.ByEmail(ctx, spelling)
		if err != nil || found != added {
			t.Errorf("%+q found %+v, %v, want %+v", spelling, found, err, added)
		}
		if _, err := s.Add(ctx, spelling, good); !errors.Is(err, account.ErrEmailTaken) {
			t.Errorf("%+q a second time: got %v, want ErrEmailTaken", spelling, err)
		}
	}
	if found, err := s.ByID(ctx, added.ID); err != nil || found != added {
		t.Errorf("by id: %+v, %v", found, err)
	}
	if ok, _, err := s.Policy.Hasher.Verify(added.PasswordHash, good); !ok || err != nil {
		t.Errorf("verify its password: got %v, %v", ok, err)
	}
	if !added.CreatedAt.Equal(noon) || !added.PasswordChangedAt.Equal(noon) {
		t.Errorf("created at %v, password changed at %v, want %v", added.CreatedAt, added.PasswordChangedAt, noon)
	}
}

func TestByEmail_Unknown(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.Add(ctx, "ada@example.com", good); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"", "ada", "ada@example.co", "ada@example.com.", "ada+1@example.com", "a.da@example.com", "%@example.com", "' OR 1=1 --"} {
		if _, err := s.ByEmail(ctx, email); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", email, err)
		}
	}
}

func TestAdd_ValidAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, email := range []string{
		"ada@example.com", "ada.lovelace+mfa@sub.example.co.uk", "a@b", "o'brien@example.com", "ada@localhost", "ada@192.0.2.1",
		"z\u00fcrich@b\u00fccher.example", "用户@例え.jp", "!#$%&'*+-/=?^_`{|}~@example.com", strings.Repeat("a", 242) + "@example.com",
	} {
		if _, err := s.Add(ctx, email, good); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
}

func TestAdd_InvalidAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	for what, email := range map[string]string{
		"nothing": "", "space": "  ", "no at": "ada.example.com", "no name": "@example.com", "no domain": "ada@", "two ats": "ada@home@example.com",
		"two addresses": "ada@example.com, bob@example.com", "a name before it": "Ada <ada@example.com>", "angles": "<ada@example.com>",
		"a comment": "ada@example.com (Ada)", "a quoted name": `"ada lovelace"@example.com`, "a group": "team: ada@example.com;",
		"a colon": "ada:x@example.com", "a colon in quotes": `"ada:x"@example.com`, "an IPv6 literal": "ada@[IPv6:::1]",
		"space inside": "ada lovelace@example.com", "dots together": "ada..x@example.com", "a dot first": ".ada@example.com", "a dot last": "ada.@example.com",
		"a line break":            "ada@example.com\nBcc: eve@example.com",
		"a header":                "ada\r\nBcc:eve@example.com",
		"a NUL":                   "ada\x00@example.com",
		"a control":               "ada\x1b@example.com",
		"255 octets":              strings.Repeat("a", 243) + "@example.com",
		"255 octets, few letters": strings.Repeat("ü", 122) + "@example.com",
	} {
		_, err := s.Add(ctx, email, good)
		if !errors.Is(err, account.ErrInvalidEmail) {
			t.Errorf("%s: %q: got %v, want ErrInvalidEmail", what, email, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r\x00\x1b") {
			t.Errorf("%s: the error contains control characters: %q", what, err)
		}
	}
}

func TestAdd_AddressNotAllowedInKeyURI(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, email := range []string{"ada\u0085@example.com", "ada\u009b@example.com", "ada@exa\u0080mple.com"} {
		if _, err := s.Add(ctx, email, good); !errors.Is(err, account.ErrInvalidEmail) {
			t.Errorf("%+q: got %v, want ErrInvalidEmail", email, err)
		}
	}
}

// passwordsOf returns the Passwords service over the stores of s.
func passwordsOf(s *account.Service) *account.Passwords {
	return &account.Passwords{Store: s.Store, Policy: s.Policy, Now: s.Now}
}

func TestAdd_UnacceptablePassword(t *testing.T) {
	t.Parallel()
	s := open(t)
	added, err := s.Add(ctx, "ada@example.com", good)
	if err != nil {
		t.Fatal(err)
	}
	for pw, want := range map[string]error{
		"": password.ErrTooShort, strings.Repeat("x", 14): password.ErrTooShort, strings.Repeat("x", 129): password.ErrTooLong,
		strings.Repeat("x", 14) + "\xff": password.ErrEncoding,
	} {
		if _, err := s.Add(ctx, "bob@example.com", secret.New(pw)); !errors.Is(err, want) {
			t.Errorf("Add with %q: got %v, want %v", pw, err, want)
		}
		if err := passwordsOf(s).Set(ctx, added.ID, secret.New(pw)); !errors.Is(err, want) {
			t.Errorf("Set to %q: got %v, want %v", pw, err, want)
		}
	}
	if _, err := s.ByEmail(ctx, "bob@example.com"); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("bob: got %v, want ErrNotFound", err)
	}
	if now, err := s.ByID(ctx, added.ID); err != nil || now != added {
		t.Errorf("ada: got %+v, %v, want the account unchanged", now, err)
	}
}

func TestSet_ReplacesPassword(t *testing.T) {
	t.Parallel()
	s := open(t)
	added, err := s.Add(ctx, "ada@example.com", good)
	if err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { return noon.Add(time.Hour) }
	other := secret.New("another horse battery staple")
	if err := passwordsOf(s).Set(ctx, added.ID, other); err != nil {
		t.Fatal(err)
	}
	a, err := s.ByID(ctx, added.ID)
	if err != nil || !a.PasswordChangedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("changed at %v, %v", a.PasswordChangedAt, err)
	}
	if ok, _, _ := s.Policy.Hasher.Verify(a.PasswordHash, good); ok {
		t.Error("the old password is still accepted")
	}
	if ok, _, _ := s.Policy.Hasher.Verify(a.PasswordHash, other); !ok {
		t.Error("the new password is rejected")
	}
}

// faultyStore fails every write.
type faultyStore struct{ account.Store }

var errStore = errors.New("the store fails")

func (faultyStore) Insert(context.Context, account.Account) error                { return errStore }
func (faultyStore) SetPassword(context.Context, string, string, time.Time) error { return errStore }

func TestStoreErrorIsReturned(t *testing.T) {
	t.Parallel()
	works := open(t)
	added, err := works.Add(ctx, "bob@example.com", good)
	if err != nil {
		t.Fatal(err)
	}
	s := &account.Service{Store: faultyStore{works.Store}, Policy: works.Policy, Now: works.Now, NewID: works.NewID}
	if a, err := s.Add(ctx, "ada@example.com", good); !errors.Is(err, errStore) || a.ID != "" {
		t.Errorf("Add: got %+v, %v", a, err)
	}
	if err := passwordsOf(s).Set(ctx, "x", good); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("Set for an unknown account: got %v", err)
	}
	if err := passwordsOf(works).Set(ctx, added.ID, secret.New("another horse battery staple")); err != nil {
		t.Errorf("Set without a fault: %v", err)
	}
	if err := passwordsOf(s).Set(ctx, added.ID, good); !errors.Is(err, errStore) {
		t.Errorf("Set: got %v", err)
	}
}

func TestAdd_HasherBusy(t *testing.T) {
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
	if _, err := s.Add(ctx, "ada@example.com", good); !errors.Is(err, password.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
}
