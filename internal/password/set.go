package password

import (
	"bytes"
	"crypto/subtle"
	"errors"

	"twofold/internal/secret"
)

// errMixed means that the hashes of a set differ in salt or cost, so that HashSet did not make them together.
var errMixed = errors.New("argon2id hashes of one set differ in salt or cost")

// HashSet returns the PHC strings of a set of random words, with one fresh salt for all of them, so that VerifyAny computes one
// hash for the whole set. The salt distinguishes two sets; the words of one set need no salt of their own, because they are
// random. It computes one hash per word. The caller holds a slot.
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

// VerifyAny returns the index of the hash of word in a set that HashSet made, or -1. It computes one hash and compares it with
// every stored one; with an empty set it takes as long. It returns an error for a malformed PHC string and for hashes that
// HashSet did not make together. The caller holds a slot.
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
		return -1, nil //nolint:nilerr // such a word matches no hash
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
