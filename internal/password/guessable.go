package password

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
)

var (
	//go:embed common.txt
	commonText string
	//go:embed common_short.txt
	commonShortText string
)

// common returns the blocklist. ASVS 6.2.4 requires at least 3,000 common passwords that satisfy the policy's minimum length,
// here for both minimum lengths.
var common = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for _, text := range []string{commonText, commonShortText} {
		_, words, _ := strings.Cut(text, "\n\n")
		for word := range strings.Lines(words) {
			set[strings.TrimSuffix(word, "\n")] = true
		}
	}
	return set
})

// isCommon reports whether pw is on the blocklist, in any case.
func isCommon(pw string) bool { return common()[strings.ToLower(pw)] }

// consistsOf reports whether the letters and digits of pw are a sequence of these words and nothing else.
func consistsOf(pw string, words []string) bool {
	text := letters(pw)
	reached := make([]bool, len(text)+1) // reached[i]: text[:i] is a sequence of words
	reached[0] = true
	for at := range text {
		if !reached[at] {
			continue
		}
		for _, word := range words {
			if word = letters(word); word != "" && strings.HasPrefix(text[at:], word) {
				reached[at+len(word)] = true
			}
		}
	}
	return text != "" && reached[len(text)]
}

// letters returns the letters, digits and marks of a text, case-folded.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, cases.Fold().String(text))
}
