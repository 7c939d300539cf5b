package password_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"twofold/internal/password"
	"twofold/internal/secret"
)

// blocklist returns the passwords of common.txt.
func blocklist(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("common.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, words, _ := strings.Cut(string(text), "\n\n")
	return strings.Split(strings.TrimSuffix(words, "\n"), "\n")
}

func TestValidate_Blocklist(t *testing.T) {
	t.Parallel()
	list := blocklist(t)
	if len(list) < 3000 {
		t.Errorf("the list has %d passwords, want at least 3,000 (ASVS 6.2.4)", len(list))
	}
	for _, pw := range list {
		if n := utf8.RuneCountInString(pw); n < password.MinLength || n > password.MaxLength {
			t.Errorf("%q has %d characters: the length check rejects it anyway", pw, n)
		}
		for _, spelling := range []string{pw, strings.ToUpper(pw)} {
			if err := password.Validate(secret.New(spelling), password.MinLength); !errors.Is(err, password.ErrCommon) {
				t.Errorf("%q: got %v, want ErrCommon", spelling, err)
			}
		}
	}
}

func TestValidate_ContextWords(t *testing.T) {
	t.Parallel()
	words := []string{"zoë.lovelace@example.com", "zoë.lovelace", "Twofold"}
	for pw, want := range map[string]error{
		"zoë.lovelace@example.com":           password.ErrContainsContext,
		"ZOË.LOVELACE@EXAMPLE.COM":           password.ErrContainsContext,
		"zoe\u0308.lovelace@example.com":     password.ErrContainsContext, // decomposed, as macOS does
		"zoëlovelaceexamplecom":              password.ErrContainsContext,
		"zoë.lovelacezoë.lovelace":           password.ErrContainsContext,
		"Zoë Lovelace, Zoë Lovelace":         password.ErrContainsContext,
		"twofoldTWOFOLDTwofold":              password.ErrContainsContext,
		"twofold-zoë-lovelace":               password.ErrContainsContext,
		"***** twofold *****":                password.ErrContainsContext,
		"twofoldtwofoldtwofol":               password.ErrContainsContext,
		"1twofoldtwofoldtwofold":             password.ErrContainsContext,
		"zoë.lovelace@example.com rocks":     password.ErrContainsContext,
		"ZOË LOVELACE counts lamps":          password.ErrContainsContext,
		"zoë.lovelace2026!zoë.lovelace":      password.ErrContainsContext,
		"12345 twofold 67890 !!!!!!":         password.ErrContainsContext,
		strings.Repeat("twofold", 18) + "tw": password.ErrContainsContext,
		"zoë.lovelace counts nine lamps":     nil, // long enough without the name
		"my twofold counts nine lamps":       nil,
		"lovelace@example.com lovelace":      nil,
		"***************":                    nil,
	} {
		if err := password.Validate(secret.New(pw), password.MinLength, words...); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", pw, err, want)
		}
	}
	for _, none := range [][]string{nil, {""}, {"@", "--"}} {
		if err := password.Validate(secret.New("twofold-twofold-twofold"), password.MinLength, none...); err != nil {
			t.Errorf("with the context %q: %v", none, err)
		}
	}
}

func TestValidate_ShortContextWord(t *testing.T) {
	t.Parallel()
	for pw, want := range map[string]error{
		"cannot planning":     nil, // "ann" is a part of many words
		"annannannannannan":   nil,
		"ann-ann-ann-ann-ann": password.ErrContainsContext,
		"ann@example.com123":  password.ErrContainsContext,
	} {
		if err := password.Validate(secret.New(pw), password.MinLength, "ann@example.com", "ann", "Twofold"); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", pw, err, want)
		}
	}
}

func TestValidate_CommonWithDigits(t *testing.T) {
	t.Parallel()
	for pw, want := range map[string]error{
		"password1234567890":           password.ErrCommon,
		"2026-PassWord-2026!":          password.ErrCommon,
		"qwerty83947561029":            password.ErrCommon, // "qwerty" alone is too short for the lists
		"letmein!!!!!!!!!!!!":          password.ErrCommon,
		"passw0rd_2024_2025":           password.ErrCommon,
		"password, lamps and otters":   nil,
		"otter83947561029384":          nil,
		"correct horse battery staple": nil,
		"correcthorsebatterystaple1":   nil,
		"x8394756102938475":            nil,
	} {
		if err := password.Validate(secret.New(pw), password.MinLength); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", pw, err, want)
		}
	}
}

func TestValidate_MinLengthWithMFA(t *testing.T) {
	t.Parallel()
	for pw, want := range map[string]error{
		"k7#qwz1": password.ErrTooShort, "k7#qwz1x": nil, "password1": password.ErrCommon, "QWERTYUIOP": password.ErrCommon,
		"correct horse battery staple": nil,
	} {
		if got := password.Validate(secret.New(pw), password.MinLengthWithMFA); !errors.Is(got, want) {
			t.Errorf("%q: got %v, want %v", pw, got, want)
		}
	}
	if err := password.Validate(secret.New("k7#qwz1"), password.MinLengthWithMFA); !strings.Contains(err.Error(), "8 characters") {
		t.Errorf("got %q, want the minimum length in the text", err)
	}
}
