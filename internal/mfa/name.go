package mfa

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"twofold/internal/usertext"
)

// maxName is the maximum length of a name in code points.
const maxName = 64

// nameKey returns the form of a name that is unique per account. It ignores case.
func nameKey(name string) string { return cases.Fold().String(norm.NFC.String(name)) }

// uniqueName normalizes a name and checks that no method has it. For an empty one it returns the first of "Authenticator
// app", "Authenticator app 2", … that is free. It returns ErrInvalidName, also for a name that shows nothing, or ErrNameTaken.
func uniqueName(name string, methods []Method) (string, error) {
	taken := make(map[string]bool, len(methods))
	for _, m := range methods {
		taken[nameKey(m.Name)] = true
	}
	if name = norm.NFC.String(strings.TrimSpace(name)); name != "" {
		if utf8.RuneCountInString(name) > maxName || usertext.IsBlank(name) {
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
