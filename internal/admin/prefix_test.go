package admin

import (
	"strings"
	"testing"

	"twofold/internal/account"
)

func TestCanonicalPrefix_UmlautDomain(t *testing.T) {
	t.Parallel()
	for typed, address := range map[string]string{
		"A": "ada@example.com", "ada@ex": "ada@example.com", " ada@example.com ": "ada@example.com", "z\u00fc": "z\u00fcrich@example.com",
		"ada@b\u00fcch": "ada@b\u00fccher.example", "ADA@B\u00dcCH": "ada@b\u00fccher.example", "ada@bu\u0308": "ada@b\u00fccher.example",
		"ada@b\u00fccher": "ada@b\u00fccher.example", "ada@b\u00fccher.": "ada@b\u00fccher.example", "ada@b\u00fccher.ex": "ada@b\u00fccher.example",
		"ada@b\u00fccher.example": "ada@b\u00fccher.example", "ada@xn--bch": "ada@b\u00fccher.example", "ada@\u4f8b": "ada@\u4f8b\u3048.jp",
		"ada@shop.b\u00fc": "ada@shop.b\u00fccher.example", "ada@b\u00fccher.b\u00fc": "ada@b\u00fccher.b\u00fcro.example",
	} {
		if prefix := canonicalPrefix(typed); !strings.HasPrefix(account.CanonicalEmail(address), prefix) {
			t.Errorf("%q is looked up as %q, which does not find %q", typed, prefix, account.CanonicalEmail(address))
		}
	}
	if prefix := canonicalPrefix("ada@b\u00fcch"); prefix != "ada@xn--bch" {
		t.Errorf("looked up as %q", prefix)
	}
}
