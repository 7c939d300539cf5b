package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Sizes in bytes of the salt and tag of a new hash (RFC 9106 §4 recommends 128 and 256 bits), and the minimum and maximum sizes
// of a stored one.
const (
	saltSize, minSaltSize, maxSaltSize = 16, 8, 64
	tagSize, minTagSize, maxTagSize    = 32, 16, 64
)

// errMalformed quotes no part of the string, because that may contain a hash.
var errMalformed = errors.New("malformed argon2id PHC string")

// phc is a parsed PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$tag, with salt and tag in base64 without padding.
type phc struct {
	params    Params
	salt, tag []byte
}

func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Time, h.params.Parallelism,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.tag))
}

// parse parses a PHC string in the form that String writes. It rejects costs above the maximum, before anything is allocated
// for them. It accepts costs below the minimum, because older rows may have them.
func parse(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errMalformed
	}
	params, err := parseParams(parts[3])
	if err != nil {
		return phc{}, err
	}
	salt, err := decode(parts[4], minSaltSize, maxSaltSize)
	if err != nil {
		return phc{}, err
	}
	tag, err := decode(parts[5], minTagSize, maxTagSize)
	if err != nil {
		return phc{}, err
	}
	return phc{params: params, salt: salt, tag: tag}, nil
}

// parseParams parses the cost of a PHC string: m=19456,t=2,p=1.
func parseParams(s string) (Params, error) {
	var numbers [3]uint64
	fields := strings.Split(s, ",")
	if len(fields) != len(numbers) {
		return Params{}, errMalformed
	}
	for i, name := range []string{"m=", "t=", "p="} {
		digits, found := strings.CutPrefix(fields[i], name)
		n, err := strconv.ParseUint(digits, 10, 31)
		if !found || err != nil || n == 0 || strconv.FormatUint(n, 10) != digits {
			return Params{}, errMalformed
		}
		numbers[i] = n
	}
	if numbers[2] > maxParallelism {
		return Params{}, fmt.Errorf("%w: parallelism above %d", errMalformed, maxParallelism)
	}
	p := Params{MemoryKiB: uint32(numbers[0]), Time: uint32(numbers[1]), Parallelism: uint8(numbers[2])} //nolint:gosec // parsed as 31 bits, lanes checked above
	if err := p.checkMax(); err != nil {
		return Params{}, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return p, nil
}

// decode decodes strict, unpadded base64 of minSize to maxSize bytes.
func decode(s string, minSize, maxSize int) ([]byte, error) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < minSize || len(b) > maxSize || strings.ContainsAny(s, "\r\n") {
		return nil, errMalformed
	}
	return b, nil
}
