package password

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

var (
	//go:embed common.txt
	commonText string
	//go:embed common_short.txt
	commonShortText string
)

// minStem is the least number of letters of a common password without its digits. A shorter one may start many passwords.
const minStem = 3

// common returns the blocklist. ASVS 6.2.4 requires at least 3,000 common passwords that satisfy the policy's minimum length,
// here for both minimum lengths. It also has every password of the lists without the digits and symbols at its ends: the lists
// have no password as short as "qwerty", but they have "qwerty123456".
var common = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for _, text := range []string{commonText, commonShortText} {
		_, words, _ := strings.Cut(text, "\n\n")
		for word := range strings.Lines(words) {
			word = strings.TrimSuffix(word, "\n")
			set[word] = true
			if s := stem(word); utf8.RuneCountInString(s) >= minStem {
				set[s] = true
			}
		}
	}
	return set
})

// isCommon reports whether pw is on the blocklist, in any case, as it is or with digits and symbols added at its ends.
func isCommon(pw string) bool {
	pw = strings.ToLower(pw)
	return common()[pw] || common()[stem(pw)]
}

// stem returns pw without everything at its ends that is not a letter: "password" for "2026password!".
func stem(pw string) string {
	return strings.TrimFunc(pw, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

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

// minContextWord is the least number of letters and digits of a word that reliesOn looks for. Shorter ones, such as the "ann" of
// ann@example.com, are parts of many words.
const minContextWord = 4

// reliesOn reports whether pw contains one of these words, and fewer than minLength letters and digits besides them.
func reliesOn(pw string, words []string, minLength int) bool {
	all := letters(pw)
	rest := all
	longestFirst := slices.SortedFunc(slices.Values(words), func(a, b string) int { return len(b) - len(a) })
	for _, word := range longestFirst {
		if word = letters(word); utf8.RuneCountInString(word) >= minContextWord {
			rest = strings.ReplaceAll(rest, word, " ") // a space, so that the parts around it do not make another word
		}
	}
	return rest != all && utf8.RuneCountInString(letters(rest)) < minLength
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
