package app

import (
	"crypto/rand"
	"math/big"
	"strings"

	"twofold/internal/secret"
)

// newPassphrase returns a random passphrase of 63 bits: five pronounceable words of two syllables, which are easy to read in a
// terminal and to type.
func newPassphrase() secret.Text {
	const consonants, vowels = "bdfghjklmnprstvz", "aeiou"
	letter := func(of string) byte {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(of))))
		if err != nil {
			panic(err) // crypto/rand does not fail since Go 1.24
		}
		return of[n.Int64()]
	}
	words := make([]string, 5)
	for i := range words {
		words[i] = string([]byte{letter(consonants), letter(vowels), letter(consonants), letter(vowels)})
	}
	return secret.New(strings.Join(words, "-"))
}
