package apptest

import (
	"encoding/base64"
	"testing"
)

func TestSecrets_FoundInEveryEncoding(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"123456", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "tf_s_5Zk-_0aB", `it's "a" <pass>wörd & \ more%`, "\x00\xff\x10 bytes"} {
		s := Secrets{"it": secret}
		for form, encoded := range embeddedEncodings(secret) {
			if len(s.Find("before "+encoded+" after")) == 0 {
				t.Errorf("%q as %s is not found: %s", secret, form, encoded)
			}
		}
		for _, before := range []string{"", "a", "ab", "user:"} {
			text := base64.StdEncoding.EncodeToString([]byte(before + secret + ":and so on"))
			if len(s.Find(text)) == 0 {
				t.Errorf("%q is not found in %s, after %q", secret, text, before)
			}
		}
		if got := s.Find("nothing 0123456789 of it"); len(got) > 0 {
			t.Errorf("%q is found in a text without it: %v", secret, got)
		}
	}
	if got := (Secrets{"it": ""}).Find("x"); len(got) != 1 {
		t.Error("an empty secret counts as absent")
	}
}
