package password

import (
	"bytes"
	"crypto/subtle"
	"errors"

	"twofold/internal/secret"
)

// errMixed means that hashes which should share a salt and a cost do not.
var errMixed = errors.New("argon2id hashes of one set differ in salt or cost")

// HashSet returns the PHC strings of a set of random words, with one fresh salt for all of them, so that VerifyAny takes
// one hash however many there are. The salt keeps two sets apart; within one, words that are random need no own. It takes
// one hash per word. The caller holds a slot.
func (h *Hasher) HashSet(words []secret.Text) ([]string, error) {
	salt := randomBytes(saltSize)
	hashes := make([]string, len(words))
	for i, word := range words {
		normal, err := normalize(word)
		if err != nil {
			return nil, err
		}
		hashes[i] = phc{params: h.params, salt: salt, tag: tag(normal, salt, h.params, tagSize)}.String()
	}
	return hashes, nil
}

// VerifyAny tells which of a set's hashes is the word's, or -1, with one hash, and compares with each of them. Without
// any it takes as long. The caller holds a slot. It answers an error for a PHC string that Verify would not read, and for
// hashes that HashSet did not make together.
func (h *Hasher) VerifyAny(stored []string, word secret.Text) (at int, err error) {
	if len(stored) == 0 {
		stored = []string{h.dummyHash}
	}
	kept := make([]phc, len(stored))
	for i, s := range stored {
		if kept[i], err = parse(s); err != nil {
			return -1, err
		}
		if !bytes.Equal(kept[i].salt, kept[0].salt) || kept[i].params != kept[0].params || len(kept[i].tag) != len(kept[0].tag) {
			return -1, errMixed
		}
	}
	normal, err := normalize(word)
	if err != nil {
		return -1, nil //nolint:nilerr // a wrong word, not a mistake
	}
	computed := tag(normal, kept[0].salt, kept[0].params, uint32(len(kept[0].tag))) //nolint:gosec // parse admits at most 64 bytes
	at = -1
	for i, k := range kept {
		if subtle.ConstantTimeCompare(computed, k.tag) == 1 {
			at = i
		}
	}
	return at, nil
}
