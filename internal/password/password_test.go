package password_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"twofold/internal/password"
	"twofold/internal/secret"
)

func TestParamsValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		params password.Params
		want   string // part of the error; empty: valid
	}{
		"the default":                 {password.Default, ""},
		"19 MiB, two passes":          {password.Params{MemoryKiB: 19456, Time: 2, Parallelism: 1}, ""},
		"46 MiB, one pass":            {password.Params{MemoryKiB: 47104, Time: 1, Parallelism: 1}, ""},
		"12 MiB, three passes":        {password.Params{MemoryKiB: 12288, Time: 3, Parallelism: 1}, ""},
		"RFC 9106's second choice":    {password.Params{MemoryKiB: 65536, Time: 3, Parallelism: 4}, ""},
		"the maximums":                {password.Params{MemoryKiB: 1 << 20, Time: 16, Parallelism: 16}, ""},
		"a KiB short of 46 MiB":       {password.Params{MemoryKiB: 47103, Time: 1, Parallelism: 1}, "use at least"},
		"a KiB short of 19 MiB":       {password.Params{MemoryKiB: 19455, Time: 2, Parallelism: 1}, "use at least"},
		"a KiB short of 12 MiB":       {password.Params{MemoryKiB: 12287, Time: 3, Parallelism: 1}, "use at least"},
		"little memory, many passes":  {password.Params{MemoryKiB: 7168, Time: 16, Parallelism: 1}, "use at least"},
		"much memory, no pass":        {password.Params{MemoryKiB: 65536, Time: 0, Parallelism: 1}, "use at least"},
		"lanes do not make up for it": {password.Params{MemoryKiB: 12288, Time: 2, Parallelism: 16}, "use at least"},
		"no lane":                     {password.Params{MemoryKiB: 19456, Time: 2, Parallelism: 0}, "at least 1"},
		"nothing":                     {password.Params{}, "at least 1"},
		"memory above the maximum":    {password.Params{MemoryKiB: 1<<20 + 1, Time: 2, Parallelism: 1}, "use at most"},
		"passes above the maximum":    {password.Params{MemoryKiB: 19456, Time: 17, Parallelism: 1}, "use at most"},
		"lanes above the maximum":     {password.Params{MemoryKiB: 19456, Time: 2, Parallelism: 17}, "use at most"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.params.Validate()
			if c.want == "" && err != nil {
				t.Errorf("got %v, want no error", err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want an error that contains %q", err, c.want)
			}
		})
	}
}

func TestValidate_LengthAndEncoding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		password string
		want     error
	}{
		"empty is too short":                     {"", password.ErrTooShort},
		"14 are too short":                       {strings.Repeat("a", 14), password.ErrTooShort},
		"15 are enough":                          {"fifteen letters", nil},
		"15 of a common password":                {strings.Repeat("a", 15), password.ErrCommon},
		"128 are permitted":                      {strings.Repeat("a", 128), nil},
		"129 are too long":                       {strings.Repeat("a", 129), password.ErrTooLong},
		"a body full is too long":                {strings.Repeat("a", 16<<10), password.ErrTooLong},
		"code points count, not bytes":           {strings.Repeat("é", 14), password.ErrTooShort},
		"15 wide code points are enough":         {strings.Repeat("🔐", 15), nil},
		"128 wide code points are permitted":     {strings.Repeat("🔐", 128), nil},
		"129 wide code points are too long":      {strings.Repeat("🔐", 129), password.ErrTooLong},
		"counted after NFC, 14 decomposed":       {strings.Repeat("e\u0301", 14), password.ErrTooShort},
		"counted after NFC, 15 decomposed":       {strings.Repeat("e\u0301", 15), nil},
		"counted after NFC, 128 decomposed":      {strings.Repeat("e\u0301", 128), nil},
		"counted after NFC, 129 decomposed":      {strings.Repeat("e\u0301", 129), password.ErrTooLong},
		"NFC can lengthen: U+FB2C becomes three": {strings.Repeat("\uFB2C", 43), password.ErrTooLong},
		"spaces count":                           {strings.Repeat(" ", 15), nil},
		"no composition rules":                   {"correct horse battery staple", nil},
		"invalid UTF-8":                          {strings.Repeat("a", 15) + "\xff", password.ErrEncoding},
		"invalid UTF-8 before length":            {"\xff", password.ErrEncoding},
		"a surrogate is invalid":                 {strings.Repeat("a", 15) + "\xed\xa0\x80", password.ErrEncoding},
		"NUL and controls are as received":       {strings.Repeat("a\x00", 8), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := password.Validate(secret.New(c.password), password.MinLength); !errors.Is(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestErrors_OmitPassword(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap)
	for _, pw := range []string{"canary", strings.Repeat("canary", 100), "canary\xff"} {
		_, hashing := h.Hash(secret.New(pw))
		_, _, verifying := h.Verify("$argon2id$canary", secret.New(pw))
		if out := fmt.Sprint(password.Validate(secret.New(pw), password.MinLength), hashing, verifying); strings.Contains(out, "canary") {
			t.Errorf("the errors contain the password: %s", out)
		}
	}
}
