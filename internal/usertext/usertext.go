// Package usertext reads texts that users type or paste: it finds texts that show nothing, and reads digits of every script. The
// entry points are [IsBlank] and [ASCIIDigits].
package usertext

import (
	"strings"
	"unicode"
)

// IsBlank reports whether a text shows nothing: every character is a space, a control character or invisible, such as the
// zero-width space and the Hangul filler.
func IsBlank(text string) bool { return !strings.ContainsFunc(text, isVisible) }

// brailleBlank is a braille pattern without dots. Unicode counts it as a symbol.
const brailleBlank = '\u2800'

func isVisible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != brailleBlank &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// IsFormat reports whether r is a format character (Unicode Cf), such as the byte order mark, the zero-width space or the soft
// hyphen. Copied text often has some at its ends.
func IsFormat(r rune) bool { return unicode.Is(unicode.Cf, r) }

// ASCIIDigits returns a text with each decimal digit, of whatever script, replaced by the ASCII digit of its value. Phones show
// and copy codes in the digits of their language.
func ASCIIDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII || !unicode.Is(unicode.Nd, r) {
			return r
		}
		return '0' + digitValue(r)
	}, text)
}

// digitValue returns the value of a decimal digit. The digits of a script are ten consecutive characters, from zero to nine
// (Unicode Standard §4.6), so every range of digits has a multiple of ten characters.
func digitValue(r rune) rune {
	for _, digits := range unicode.Nd.R16 {
		if rune(digits.Lo) <= r && r <= rune(digits.Hi) {
			return (r - rune(digits.Lo)) % 10
		}
	}
	for _, digits := range unicode.Nd.R32 {
		if lo, hi := rune(digits.Lo), rune(digits.Hi); lo <= r && r <= hi { //nolint:gosec // code points fit into a rune
			return (r - lo) % 10
		}
	}
	return 0
}
