package mailaddr_test

import (
	"strings"
	"testing"

	"twofold/internal/mailaddr"
)

func TestToASCII_AndBack(t *testing.T) {
	t.Parallel()
	for shown, ascii := range map[string]string{
		"ada@b\u00fccher.example":     "ada@xn--bcher-kva.example",
		"z\u00fcrich@\u4f8b\u3048.jp": "z\u00fcrich@xn--r8jz45g.jp",
		"ada@stra\u00dfe.example":     "ada@xn--strae-oqa.example",
		"ada@example.com":             "ada@example.com",
		"ada@localhost":               "ada@localhost",
		"ada@192.0.2.1":               "ada@192.0.2.1",
		`"a@b"@example.com`:           `"a@b"@example.com`,
	} {
		if got, err := mailaddr.ToASCII(shown); err != nil || got != ascii {
			t.Errorf("ToASCII(%s) = %s, %v, want %s", shown, got, err, ascii)
		}
		if got, err := mailaddr.ToASCII(ascii); err != nil || got != ascii {
			t.Errorf("ToASCII(%s) = %s, %v, want it unchanged", ascii, got, err)
		}
		if got := mailaddr.ToUnicode(ascii); got != shown {
			t.Errorf("ToUnicode(%s) = %s, want %s", ascii, got, shown)
		}
	}
}

func TestToASCII_Invalid(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "ada", "ada@a b", "ada@my_host", "ada@a..b", "ada@b\u00fc b.example", "ada@" + strings.Repeat("\u00fc", 60) + ".example", "ada@xn--zzzzzzzzzzzz99", "ada@[192.0.2.1]", "ada@\xff"} {
		if got, err := mailaddr.ToASCII(address); err == nil {
			t.Errorf("ToASCII(%q) = %q, want an error", address, got)
		}
		if got := mailaddr.ToUnicode(address); got != address {
			t.Errorf("ToUnicode(%q) = %q, want it unchanged", address, got)
		}
	}
}
