package repocheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// banned matches words without a clear subject ("whoever", "nobody"), and words for which the field has a term: "is over"
// instead of "expired", "answers" instead of "returns".
var banned = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|anybody|is over|are over|was told|is told|are told|says whether|takes? (its|their) turns?|answers (whether|the|an?|nil|err\w*)\b|who (asks|signs|comes))\b`)

// maxBannedShare is the share of comment lines that may match banned, because some of the words have a plain meaning too.
const maxBannedShare = 0.01

// comment matches a line of a comment in Go, TypeScript or CSS.
var comment = regexp.MustCompile(`^\s*(//|/\*|\*)`)

func TestPlainEnglish_Comments(t *testing.T) {
	t.Parallel()
	lines, matches := 0, []string(nil)
	for _, s := range sources(t, ".go", ".ts", ".tsx", ".css", ".sql") {
		if s.generated() || s.path == "internal/test/repocheck/plain_english_test.go" {
			continue
		}
		for line := range strings.Lines(string(s.text)) {
			if !comment.MatchString(line) && !strings.HasPrefix(line, "--") {
				continue
			}
			lines++
			if banned.MatchString(line) {
				matches = append(matches, s.path+": "+strings.TrimSpace(line))
			}
		}
	}
	if lines < 1000 {
		t.Fatalf("found only %d lines of comments, so this test is wrong", lines)
	}
	if float64(len(matches)) > maxBannedShare*float64(lines) {
		t.Errorf("%d of %d comment lines are not in plain English:\n%s", len(matches), lines, strings.Join(matches, "\n"))
	}
}

// The texts that users, operators and developers read: string literals of the program, the page's catalogs, the
// contract, and the documents.
func TestPlainEnglish_Texts(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t, ".go") {
		if s.isTest() || s.generated() || strings.HasPrefix(s.path, "internal/test/") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && banned.MatchString(literal.Value) {
				t.Errorf("%s: %s", s.path, literal.Value)
			}
			return true
		})
	}
	for _, s := range sources(t, ".md", ".yaml", ".ts", ".html", ".txt") {
		isText := strings.HasSuffix(s.path, ".md") || s.path == "openapi.yaml" || strings.HasPrefix(s.path, "frontend/src/i18n/en/") ||
			strings.HasPrefix(s.path, "internal/notify/mail.")
		if !isText {
			continue
		}
		for line := range strings.Lines(string(s.text)) {
			if found := banned.FindString(line); found != "" {
				t.Errorf("%s: %q in %s", s.path, found, strings.TrimSpace(line))
			}
		}
	}
}

func TestPlainEnglish_Detector(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Load says whether somebody is signed in":  true,
		"whoever signs in":                         true,
		"a sign-in that is over":                   true,
		"Load returns the account, or ErrNotFound": false,
		"the user answers with a code":             false,
	} {
		if got := banned.MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
