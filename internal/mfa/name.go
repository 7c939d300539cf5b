package mfa

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxName is a name's greatest length in code points.
const maxName = 64

// nameKey is what must differ between two names of an account: case does not count.
func nameKey(name string) string { return cases.Fold().String(norm.NFC.String(name)) }

// uniqueName is the name asked for, or the first of "Authenticator app", "Authenticator app 2", … that is free.
func uniqueName(name string, methods []Method) (string, error) {
	taken := make(map[string]bool, len(methods))
	for _, m := range methods {
		taken[nameKey(m.Name)] = true
	}
	if name = norm.NFC.String(strings.TrimSpace(name)); name != "" {
		if utf8.RuneCountInString(name) > maxName {
			return "", ErrInvalidName
		}
		if taken[nameKey(name)] {
			return "", ErrNameTaken
		}
		return name, nil
	}
	name = "Authenticator app"
	for n := 2; taken[nameKey(name)]; n++ {
		name = fmt.Sprintf("Authenticator app %d", n)
	}
	return name, nil
}
