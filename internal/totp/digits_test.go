package totp_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/totp"
)

func TestMatch_DigitsOfEveryScript(t *testing.T) {
	t.Parallel()
	key, at := rfcKey(t), time.Unix(1111111109, 0) // the code is 081804
	for _, code := range []string{"081804", "٠٨١٨٠٤", "۰۸۱۸۰۴", "०८१८०४", "０８１８０４", "๐๘๑๘๐๔", "0٨1۸0４"} {
		if got := key.Match(code, at); len(got) != 1 || got[0] != totp.StepAt(at) {
			t.Errorf("%q matched %v, want the current step", code, got)
		}
		if got, ok := key.ClockOffset(code, at.Add(5*time.Minute)); !ok || got != -5*time.Minute {
			t.Errorf("%q has the offset %v, %v, want five minutes behind", code, got, ok)
		}
	}
}

func TestMatch_MalformedCode(t *testing.T) {
	t.Parallel()
	key := rfcKey(t)
	code := key.Code(totp.StepAt(noon))
	for name, bad := range map[string]string{
		"empty":              "",
		"five digits":        code[:5],
		"seven digits":       code + "0",
		"eight digits":       "00" + code,
		"a leading space":    " " + code,
		"a trailing newline": code + "\n",
		"a space inside":     code[:3] + " " + code[3:],
		"a letter":           code[:5] + "O",
		"a sign":             "+" + code[1:],
		"a decimal point":    code[:5] + ".",
		"a NUL":              code[:5] + "\x00",
		"circled digits":     "①②③④⑤⑥",
		"two wide digits":    "１１",  // six bytes
		"Arabic digits":      "٣٣٣", // six bytes
		"invalid UTF-8":      "\xff\xff\xff\xff\xff\xff",
		"very long":          strings.Repeat(code, 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := key.Match(bad, noon); got != nil {
				t.Errorf("%q matched %v", bad, got)
			}
			if got, ok := key.ClockOffset(bad, noon); ok || got != 0 {
				t.Errorf("%q has offset %v", bad, got)
			}
		})
	}
}
