package mfa

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestParseRecoveryCode_Lenient(t *testing.T) {
	t.Parallel()
	const code = "0A1B-2C3D-4E5F-6G7H"
	for what, typed := range map[string]string{
		"formatted":                     code,
		"in lower case":                 "0a1b-2c3d-4e5f-6g7h",
		"without dashes":                "0A1B2C3D4E5F6G7H",
		"with spaces":                   " 0A1B 2C3D  4E5F 6G7H ",
		"with other dashes":             "0A-1B2C3D-4E5F6G7H-",
		"with a line end":               "0A1B-2C3D-4E5F-6G7H\r\n",
		"with hard spaces":              "0A1B\u00a02C3D\u00a04E5F\u00a06G7H",
		"after a byte order mark":       "\ufeff0A1B-2C3D-4E5F-6G7H",
		"between zero-width spaces":     "\u200b0A1B-2C3D-4E5F-6G7H\u200b",
		"with soft hyphens":             "0A1B-\u00ad2C3D-\u00ad4E5F-\u00ad6G7H\u00ad",
		"between direction marks":       "\u200f\u202a0A1B-2C3D-4E5F-6G7H\u202c",
		"with digits in full width":     "\uff10A\uff11B-2C3D-4E5F-6G7H",
		"with digits in Arabic script":  "٠A١B-٢C٣D-٤E٥F-٦G٧H",
		"with digits in Persian script": "۰A۱B-۲C۳D-۴E۵F-۶G۷H",
		"with O for 0":                  "OA1B-2C3D-4E5F-6G7H",
		"with o for 0":                  "oa1b-2c3d-4e5f-6g7h",
		"with I for 1":                  "0AIB-2C3D-4E5F-6G7H",
		"with l for 1":                  "0alb-2c3d-4e5f-6g7h",
		"with i and L":                  "0aib-2c3d-4e5f-6g7h",
	} {
		got, err := ParseRecoveryCode(typed)
		if err != nil || got.format().Reveal() != code {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestParseRecoveryCode_Invalid(t *testing.T) {
	t.Parallel()
	for what, typed := range map[string]string{
		"nothing":                "",
		"too short":              "0A1B-2C3D-4E5F-6G7",
		"too long":               "0A1B-2C3D-4E5F-6G7H-8",
		"with U":                 "0A1B-2C3D-4E5F-6G7U",
		"with a dot":             "0A1B.2C3D.4E5F.6G7H",
		"with a long dash":       "0A1B\u20132C3D\u20134E5F\u20136G7H",
		"with a dotless i":       "0A\u0131B-2C3D-4E5F-6G7H",
		"with a long s":          "0A1B-2C3D-4E5F-6G7\u017f",
		"with a full-width A":    "0\uff211B-2C3D-4E5F-6G7H",
		"in invisible letters":   strings.Repeat("\u200b", 16),
		"with a superscript two": "0A1B-\u00b2C3D-4E5F-6G7H",
		"with a zero byte":       "0A1B-2C3D-4E5F-6G7\x00",
		"sixteen spaces":         strings.Repeat(" ", 16),
		"invalid UTF-8":          "0A1B-2C3D-4E5F-6G7\xff",
		"TOTP code":              "492039",
	} {
		if got, err := ParseRecoveryCode(typed); !errors.Is(err, ErrRecoveryCode) || !got.IsZero() {
			t.Errorf("%s: got %v, want ErrRecoveryCode", what, err)
		}
	}
}

func TestRecoveryCode_EightyRandomBits(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$") // as in the contract
	seen := make(map[string]bool)
	places := make([]map[byte]bool, codeLength)
	for range 2000 {
		c := randomCode()
		shown := c.format().Reveal()
		if read, err := ParseRecoveryCode(shown); err != nil || read.text.Reveal() != c.text.Reveal() {
			t.Fatalf("the formatted code does not parse: %v", err)
		}
		if !form.MatchString(shown) || seen[shown] {
			t.Fatalf("%s is a duplicate or malformed", shown)
		}
		seen[shown] = true
		for i, letter := range []byte(c.text.Reveal()) {
			if places[i] == nil {
				places[i] = make(map[byte]bool)
			}
			places[i][letter] = true
		}
	}
	for i, letters := range places {
		if len(letters) != len(crockford) {
			t.Errorf("position %d has %d letters, want %d, five bits", i, len(letters), len(crockford))
		}
	}
}

// FuzzReadRecoveryCode checks that every code that parses is formatted as one, and then parses as the same code.
func FuzzReadRecoveryCode(f *testing.F) {
	for _, seed := range []string{
		"0A1B-2C3D-4E5F-6G7H", "oalb2c3d4e5f6g7h", " 0A1B 2C3D\u00a04E5F\r\n6G7H", "0A1B-2C3D-4E5F-6G7U", "", "----------------", "0A\u0131B-2C3D-4E5F-6G7H",
		"0A1B-2C3D-4E5F-6G7\xff", "\uff10A1B-2C3D-4E5F-6G7H", "492039",
	} {
		f.Add(seed)
	}
	form := regexp.MustCompile("^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ParseRecoveryCode(typed)
		if err != nil {
			if !errors.Is(err, ErrRecoveryCode) || !code.IsZero() {
				t.Errorf("%q: got %v, want ErrRecoveryCode", typed, err)
			}
			return
		}
		shown := code.format().Reveal()
		if !form.MatchString(shown) {
			t.Fatalf("%q was parsed as %q", typed, shown)
		}
		for _, other := range []string{shown, strings.ToLower(shown), strings.ReplaceAll(shown, "-", ""), strings.ReplaceAll(shown, "0", "o")} {
			if again, err := ParseRecoveryCode(other); err != nil || again.format().Reveal() != shown {
				t.Errorf("%q was parsed as %q, which does not parse: %v", typed, shown, err)
			}
		}
	})
}
