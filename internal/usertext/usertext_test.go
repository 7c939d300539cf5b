package usertext_test

import (
	"fmt"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/usertext"
)

func TestIsBlank_InvisibleCharacters(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{
		"", " ", "\u00a0\u3000", "\u200b", "\u200b\u200c\u200d", "\u3164", "\u115f\u1160", "\uffa0", "\u00ad", "\ufeff", "\u2060", "\u034f", "\u2800", "\ufe0f",
		"\u180b", "\U000e0100", "\U000e0061", "\u202e", "\t\n", "\x00", "\u2028", "\ue000", " \u3164 \u200b ", "\U000f0000",
	} {
		if !usertext.IsBlank(blank) {
			t.Errorf("%+q is not blank", blank)
		}
	}
	for _, visible := range []string{"a", "\u200ba", "7", ".", "电话", "한글", "ا", "📱", "❤\ufe0f", "\u3164x", "é", "-", "₿"} {
		if usertext.IsBlank(visible) {
			t.Errorf("%+q is blank", visible)
		}
	}
}

func TestASCIIDigits_EveryScript(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"471903": "471903", "٤٧١٩٠٣": "471903", "۴۷۱۹۰۳": "471903", "४७१९०३": "471903", "４７１９０３": "471903", "৪৭১৯০৩": "471903", "๔๗๑๙๐๓": "471903",
		"\U0001d7dc\U0001d7df\U0001d7d9\U0001d7e1\U0001d7d8\U0001d7db": "471903", // bold mathematical digits
		"4٧1۹०３": "471903", "": "", "x²½Ⅷ四": "x²½Ⅷ四", "٤-٧ ١": "4-7 1",
	} {
		if got := usertext.ASCIIDigits(typed); got != want {
			t.Errorf("ASCIIDigits(%q) = %q, want %q", typed, got, want)
		}
	}
	digits := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		got := usertext.ASCIIDigits(string(r))
		if want := fmt.Sprint(digits % 10); got != want { // the digits of a script follow each other, from zero on
			t.Errorf("%U is read as %s, want %s", r, got, want)
		}
		if plain := norm.NFKC.String(string(r)); len(plain) == 1 && plain != got {
			t.Errorf("%U is read as %s, but its compatible form is %s", r, got, plain)
		}
		digits++
	}
	if digits < 600 || digits%10 != 0 {
		t.Errorf("there are %d digits", digits)
	}
}
