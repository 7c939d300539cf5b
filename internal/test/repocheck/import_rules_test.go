package repocheck

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowedImports lists which packages of this module a package may import outside of tests. "*" means any.
var allowedImports = map[string][]string{
	".":                        {"frontend", "internal/cli"},
	"frontend":                 {},
	"internal/app":             {"*"},
	"internal/test/apptest":    {"*"},
	"internal/test/testserver": {"*"},
	"internal/cli":             {"internal/account", "internal/app", "internal/config", "internal/doctor", "internal/logctx", "internal/mailaddr", "internal/secret", "internal/trace", "internal/usertext"},
	"internal/doctor":          {"internal/account", "internal/app", "internal/config", "internal/restorefence", "internal/keyring", "internal/notify", "internal/smtp", "internal/store"},
	"internal/memlimit":        {},
	"internal/test/bench":      {"*"},
	"api/echobaseline":         {},
	"api/problemtable":         {},
	"internal/test/repocheck":  {},

	"api": {
		"frontend", "internal/account", "internal/admin", "internal/audit", "internal/authn", "internal/useragent", "internal/keyring", "internal/mailaddr", "internal/maillink",
		"internal/mfa", "internal/notify", "internal/dispute", "internal/password", "internal/qr", "internal/receipt", "internal/mfaremoval", "internal/secret", "internal/session", "internal/stepup",
		"internal/throttle", "internal/totp", "internal/trace",
	},
	"internal/authn": {
		"internal/account", "internal/audit", "internal/decision", "internal/mfa", "internal/notify", "internal/password", "internal/receipt", "internal/mfaremoval",
		"internal/secret", "internal/session", "internal/stepup", "internal/throttle",
	},
	"internal/admin": {
		"internal/account", "internal/audit", "internal/mfa", "internal/notify", "internal/receipt", "internal/mfaremoval", "internal/secret", "internal/session", "internal/stepup",
		"internal/throttle", "internal/usertext",
	},
	"internal/mfaremoval": {
		"internal/account", "internal/audit", "internal/maillink", "internal/mfa", "internal/notify", "internal/receipt", "internal/secret",
		"internal/session", "internal/throttle",
	},
	"internal/restorefence": {"internal/audit", "internal/keyring", "internal/notify", "internal/totp"},
	"internal/mfa": {
		"internal/account", "internal/audit", "internal/decision", "internal/mailaddr", "internal/notify", "internal/password", "internal/receipt", "internal/secret", "internal/session",
		"internal/stepup", "internal/throttle", "internal/totp", "internal/usertext",
	},
	"internal/account": {
		"internal/audit", "internal/mailaddr", "internal/maillink", "internal/notify", "internal/password", "internal/receipt", "internal/secret", "internal/session",
		"internal/stepup", "internal/usertext",
	},
	"internal/notify":    {"internal/audit", "internal/useragent", "internal/mailaddr", "internal/maillink", "internal/secret"},
	"internal/smtp":      {"internal/mailaddr", "internal/notify", "internal/secret"},
	"internal/dispute":   {"internal/account", "internal/audit", "internal/maillink", "internal/mfa", "internal/notify", "internal/secret"},
	"internal/mailaddr":  {},
	"internal/maillink":  {"internal/secret"},
	"internal/stepup":    {"internal/audit", "internal/secret", "internal/session"},
	"internal/session":   {"internal/secret"},
	"internal/keyring":   {"internal/audit", "internal/secret"},
	"internal/password":  {"internal/secret"},
	"internal/totp":      {"internal/secret", "internal/usertext"},
	"internal/audit":     {},
	"internal/config":    {"internal/mailaddr", "internal/secret", "internal/usertext"},
	"internal/decision":  {},
	"internal/useragent": {},
	"internal/usertext":  {},
	"internal/logctx":    {"internal/audit", "internal/trace"},
	"internal/metrics":   {},
	"internal/qr":        {},
	"internal/receipt":   {},
	"internal/secret":    {},
	"internal/throttle":  {},
	"internal/trace":     {},

	"internal/retention":        {},
	"internal/test/faultstore":  {"*"},
	"internal/test/soak":        {},
	"internal/test/modeltest":   {},
	"internal/test/pgserver":    {},
	"internal/test/cluster":     {"internal/test/pgserver"},
	"internal/test/cluster/cmd": {"internal/test/cluster"},
	"internal/test/queryplan":   {},

	// The store implements the interfaces of the domain packages and knows none of their callers.
	"internal/store": {
		"internal/account", "internal/admin", "internal/audit", "internal/authn", "internal/restorefence", "internal/keyring", "internal/maillink", "internal/mfa",
		"internal/notify", "internal/mfaremoval", "internal/retention", "internal/secret", "internal/session", "internal/stepup",
		"internal/throttle", "internal/totp",
	},
}

// libraryRules lists the only packages that may import a library, so that it can be replaced in one place. The tests of
// the packages listed may use it too.
var libraryRules = []libraryRule{
	{library: "github.com/labstack/", inside: []string{"api", "api/echobaseline"}},
	{library: "github.com/getkin/kin-openapi/", inside: []string{"api", "api/problemtable", "internal/test/apptest"}},
	{library: "github.com/oapi-codegen/", inside: []string{"api"}},
	{
		library: "net/http",
		inside: []string{
			"api", "api/echobaseline", "internal/app", "internal/test/apptest", "internal/test/testserver", "internal/test/bench", "internal/test/cluster", "internal/doctor",
			"internal/metrics", "internal/trace",
		},
		tests: []string{"*"},
	},
	{library: "gorm.io/", inside: []string{"internal/store"}},
	{library: "modernc.org/", inside: []string{"internal/store"}},
	{library: "github.com/pressly/goose/", inside: []string{"internal/store"}},
	{library: "github.com/jackc/pgx/", inside: []string{"internal/store", "internal/test/pgserver"}},
	{
		library: "database/sql",
		inside:  []string{"internal/store", "internal/test/pgserver", "internal/test/queryplan", "internal/test/apptest", "internal/test/bench"},
		tests:   []string{"internal/app", "internal/doctor", "internal/test/soak"},
	},
	{library: "github.com/golang-jwt/jwt/", inside: []string{"internal/stepup"}, tests: []string{"internal/app"}},
	{library: "github.com/tink-crypto/", inside: []string{"internal/keyring"}, tests: []string{"internal/app"}},
	{library: "golang.org/x/crypto/argon2", inside: []string{"internal/password"}},
	{library: "github.com/pquerna/otp", inside: []string{"internal/totp"}},
	{library: "github.com/yeqown/", inside: []string{"internal/qr"}},
	{library: "github.com/caarlos0/env/", inside: []string{"internal/config"}},
	{library: "github.com/alecthomas/kong", inside: []string{"internal/cli"}},
	{library: "github.com/mileusna/useragent", inside: []string{"internal/useragent"}},
	{library: "github.com/wneessen/go-mail", inside: []string{"internal/smtp"}},
	{library: "golang.org/x/net/idna", inside: []string{"internal/mailaddr"}},
	{library: "github.com/emersion/", inside: []string{"internal/test/apptest"}, tests: []string{"internal/smtp"}},
	{library: "github.com/prometheus/", inside: []string{"internal/metrics"}, tests: []string{"internal/app"}},
	{library: "go.opentelemetry.io/", inside: []string{"internal/trace", "internal/test/apptest"}, tests: []string{"internal/app"}},
	{library: "pgregory.net/rapid", tests: []string{"internal/test/modeltest"}},
	// Random values of the product come from crypto/rand.
	{library: "math/rand", tests: []string{"internal/app", "internal/test/cluster", "internal/test/repocheck", "internal/test/soak"}},
}

type libraryRule struct {
	library       string // prefix of its import paths
	inside, tests []string
}

// imports holds the imports of one package: folders of this module, and paths of other modules.
type imports struct{ code, tests []string }

func TestImports_LibraryBoundaries(t *testing.T) {
	graph := importGraph(t)
	for _, violation := range violations(graph, allowedImports, libraryRules) {
		t.Error(violation)
	}
	for folder := range allowedImports {
		if _, there := graph[folder]; !there {
			t.Errorf("allowedImports names %s, which does not exist", folder)
		}
	}
}

// Test tools are not linked into the binary.
func TestImports_NoTestPackagesInBinary(t *testing.T) {
	graph := importGraph(t)
	linked := linkedInto(graph, ".")
	if !slices.Contains(linked, "api") {
		t.Fatalf("the binary consists of %v, so this test is wrong", linked)
	}
	for _, folder := range linked {
		if slices.Contains(testOnly, folder) {
			t.Errorf("%s is linked into the binary", folder)
		}
	}
	for _, folder := range testOnly {
		if _, there := graph[folder]; !there {
			t.Errorf("this test names %s, which does not exist", folder)
		}
	}
}

// testOnly lists the packages that must not be linked into the binary.
var testOnly = []string{
	"api/echobaseline", "api/problemtable", "internal/test/apptest", "internal/test/testserver", "internal/test/bench", "internal/test/cluster", "internal/test/cluster/cmd", "internal/test/repocheck",
	"internal/test/faultstore", "internal/test/modeltest", "internal/test/pgserver", "internal/test/queryplan", "internal/test/soak",
}

// linkedInto returns the packages of this module that a package depends on, itself included.
func linkedInto(graph map[string]imports, folder string) []string {
	found := []string{folder}
	for i := 0; i < len(found); i++ {
		for _, imported := range graph[found[i]].code {
			if _, ours := graph[imported]; ours && !slices.Contains(found, imported) {
				found = append(found, imported)
			}
		}
	}
	return found
}

// violations returns a sentence for each import that the rules forbid.
func violations(graph map[string]imports, allowedImports map[string][]string, libraryRules []libraryRule) []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }

	for _, folder := range slices.Sorted(maps.Keys(graph)) {
		mayImport, known := allowedImports[folder]
		if !known {
			report("%s is new: add it to allowedImports", folder)
		}
		for _, imported := range graph[folder].code {
			_, ours := graph[imported]
			if known && ours && !has(mayImport, imported) {
				report("%s may not import %s", folder, imported)
			}
			if w, behind := ruleOf(libraryRules, imported); behind && !slices.Contains(w.inside, folder) {
				report("%s may not import %s: it stays in %v", folder, imported, w.inside)
			}
		}
		for _, imported := range graph[folder].tests {
			// Tests may import any package, but api and store do not import each other even there.
			if folder == "api" && imported == "internal/store" || folder == "internal/store" && imported == "api" {
				report("a test in %s may not import %s", folder, imported)
			}
			w, behind := ruleOf(libraryRules, imported)
			if behind && !slices.Contains(w.inside, folder) && !has(w.tests, folder) {
				report("a test in %s may not import %s: it stays in %v", folder, imported, w.inside)
			}
		}
	}
	return found
}

func has(folders []string, folder string) bool {
	return slices.Contains(folders, folder) || slices.Contains(folders, "*")
}

func ruleOf(libraryRules []libraryRule, imported string) (libraryRule, bool) {
	for _, w := range libraryRules {
		if imported == w.library || strings.HasPrefix(imported, strings.TrimSuffix(w.library, "/")+"/") {
			return w, true
		}
	}
	return libraryRule{}, false
}

func TestImports_Detector(t *testing.T) {
	rules := map[string][]string{
		".": {"app"}, "app": {"*"}, "api": {"mfa"}, "mfa": {"totp"}, "totp": {}, "store": {"mfa"},
	}
	libraries := []libraryRule{
		{library: "example.org/web/", inside: []string{"api"}},
		{library: "example.org/otp", inside: []string{"totp"}, tests: []string{"app"}},
	}
	cases := map[string]struct {
		folder string
		code   string
		tests  string
		want   string
	}{
		"allowed import":             {folder: "mfa", code: "totp"},
		"any import":                 {folder: "app", code: "store"},
		"library in its package":     {folder: "api", code: "example.org/web/v4/middleware"},
		"library with same prefix":   {folder: "mfa", code: "example.org/website"},
		"domain to api":              {folder: "mfa", code: "api", want: "mfa may not import api"},
		"api to store":               {folder: "api", code: "store", want: "api may not import store"},
		"against the direction":      {folder: "totp", code: "mfa", want: "totp may not import mfa"},
		"skipping a layer":           {folder: ".", code: "store", want: ". may not import store"},
		"library in other package":   {folder: "mfa", code: "example.org/web/v4", want: "mfa may not import example.org/web/v4: it stays in [api]"},
		"package without rules":      {folder: "new", want: "new is new: add it to allowedImports"},
		"import in a test":           {folder: "mfa", tests: "store"},
		"library in an allowed test": {folder: "app", tests: "example.org/otp/hotp"},
		"library in another test":    {folder: "mfa", tests: "example.org/otp", want: "a test in mfa may not import example.org/otp: it stays in [totp]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			graph := map[string]imports{".": {}, "app": {}, "api": {}, "mfa": {}, "totp": {}, "store": {}}
			graph[c.folder] = imports{code: words(c.code), tests: words(c.tests)}
			if got := strings.Join(violations(graph, rules, libraries), "\n"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func words(s string) []string { return strings.Fields(s) }

// importGraph parses the imports of all files, including those for other platforms and those that do not compile.
func importGraph(t *testing.T) map[string]imports {
	t.Helper()
	const module = "twofold"
	graph := map[string]imports{}
	for _, s := range sources(t, ".go") {
		file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		of := graph[s.folder()]
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if ours, ok := strings.CutPrefix(path+"/", module+"/"); ok {
				path = cmp.Or(strings.TrimSuffix(ours, "/"), ".")
			}
			if s.isTest() {
				of.tests = append(of.tests, path)
			} else {
				of.code = append(of.code, path)
			}
		}
		graph[s.folder()] = of
	}
	return graph
}
