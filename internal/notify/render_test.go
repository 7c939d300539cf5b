package notify

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"twofold/internal/maillink"
)

// everyKind parses the kinds from the source, so that a new kind without texts fails.
func everyKind(t *testing.T) []Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "kinds.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []Kind
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				kinds = append(kinds, Kind(text))
			}
		}
		return true
	})
	if len(kinds) < 24 {
		t.Fatalf("found %d kinds, want at least 24: does kinds.go still declare them?", len(kinds))
	}
	return kinds
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

// full returns a payload with every field set.
func full(language string) payload {
	body := payload{
		To: "ada@example.com", Name: "Ada Lovelace", Language: language, About: "new@example.com", Count: 4,
		At:    time.Date(2026, 3, 1, 23, 5, 0, 0, time.FixedZone("", 3600)),
		Until: time.Date(2026, 3, 4, 22, 5, 0, 0, time.UTC), IP: "192.0.2.7", Agent: firefox, Links: make(map[string]string),
	}
	for _, p := range order {
		body.Links[string(p)] = "https://account.example.com" + p.Path() + "#tf_l_" + string(p)
	}
	return body
}

var service = &Service{Product: "Example & Söhne", Support: "help@example.com, +49 30 1234", NotMe: 7 * 24 * time.Hour}

func TestRender_EveryKindAndLanguage(t *testing.T) {
	t.Parallel()
	unrendered := regexp.MustCompile(`<no value>|\{\{|\}\}|%!|  \S`)
	subjects := make(map[string]Kind)
	for _, kind := range everyKind(t) {
		for language, c := range catalogs {
			body := full(language)
			m, err := service.render(kind, body)
			if err != nil {
				t.Errorf("%s in %s: %v", kind, language, err)
				continue
			}
			if other, there := subjects[m.Subject]; m.Subject == "" || there {
				t.Errorf("%s in %s has the subject %q, like %s", kind, language, m.Subject, other)
			}
			subjects[m.Subject] = kind
			want := []string{"Ada Lovelace", "Example & Söhne", "192.0.2.7", "Firefox " + c.on + " Linux", c.date(body.At), service.Support, c.why}
			if kind.toUnverified() {
				want[0] = c.helloNoName + ","
			}
			for _, p := range order {
				want = append(want, body.Links[string(p)], c.actions[p])
			}
			if strings.Contains(string(kind), "email") || kind == AddressInUse {
				want = append(want, body.About)
			}
			for _, text := range want {
				if text == "" || !strings.Contains(m.Text, text) {
					t.Errorf("%s in %s does not contain %q:\n%s", kind, language, text, m.Text)
				}
				if !strings.Contains(html.UnescapeString(m.HTML), text) {
					t.Errorf("%s in %s does not contain %q in HTML:\n%s", kind, language, text, m.HTML)
				}
			}
			if found := unrendered.FindString(m.Text); found != "" {
				t.Errorf("%s in %s contains %q:\n%s", kind, language, found, m.Text)
			}
		}
	}
}

func TestRender_EmptyFields(t *testing.T) {
	t.Parallel()
	for _, kind := range everyKind(t) {
		for language := range catalogs {
			body := payload{To: "ada@example.com", Language: language, At: time.Unix(0, 0)}
			if kind.aboutAddress() {
				body.About = "new@example.com"
			}
			m, err := service.render(kind, body)
			if err != nil {
				t.Errorf("%s in %s: %v", kind, language, err)
			}
			if found := regexp.MustCompile(`“”|„“|<no value>| [.,]|http`).FindString(m.Text); found != "" {
				t.Errorf("%s in %s contains %q:\n%s", kind, language, found, m.Text)
			}
		}
	}
}

func TestCatalog_AdviceWithoutDisputeLink(t *testing.T) {
	t.Parallel()
	for _, kind := range everyKind(t) {
		for language, c := range catalogs {
			if (c.notices[kind].ifNotMe == nil) != kind.hasDisputeLink() {
				t.Errorf("%s in %s: has its own advice: %v; has a dispute link: %v; want exactly one", kind, language, c.notices[kind].ifNotMe != nil, kind.hasDisputeLink())
			}
		}
	}
}

func TestRender_NoExternalResources(t *testing.T) {
	t.Parallel()
	resource := regexp.MustCompile(`(?i)<(img|link|script|style|iframe|object|form|video)|src=|url\(|@import|http-equiv`)
	for _, kind := range everyKind(t) {
		m, err := service.render(kind, full("en"))
		if err != nil {
			t.Fatal(err)
		}
		if found := resource.FindString(m.HTML); found != "" {
			t.Errorf("%s contains %q", kind, found)
		}
		for _, l := range regexp.MustCompile(`https?://\S+`).FindAllString(m.Text+m.HTML, -1) {
			if !strings.HasPrefix(l, "https://account.example.com/") {
				t.Errorf("%s links to %s", kind, l)
			}
		}
	}
}

func TestRender_Language(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"de": "Guten Tag Ada Lovelace,", "de-AT": "Guten Tag Ada Lovelace,", "DE_ch": "Guten Tag Ada Lovelace,",
		"en": "Hello Ada Lovelace,", "en-GB": "Hello Ada Lovelace,", "fr": "Hello Ada Lovelace,", "": "Hello Ada Lovelace,", "deutsch": "Hello Ada Lovelace,",
	} {
		m, err := service.render(MethodAdded, full(language))
		if err != nil || !strings.HasPrefix(m.Text, want+"\n") {
			t.Errorf("%q: got %v, text begins %q, want %q", language, err, strings.SplitN(m.Text, "\n", 2)[0], want)
		}
	}
	at := time.Date(2026, 3, 1, 23, 5, 0, 0, time.FixedZone("", -7200))
	if got := english.date(at); got != "2 March 2026, 01:05 UTC" {
		t.Errorf("English date: got %s", got)
	}
	if got := german.date(at); got != "2. März 2026, 01:05 Uhr UTC" {
		t.Errorf("German date: got %s", got)
	}
}

func TestRender_UserTextBecomesNoLink(t *testing.T) {
	t.Parallel()
	body := full("en")
	body.Name, body.About = "Win at http://evil.example", "x\r\n\r\nSee\u2028www.evil.example/a \u202eekaf or a@evil.example"
	for _, kind := range []Kind{MethodAdded, MethodRemoved, ConfirmEmail} {
		m, err := service.render(kind, body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.Text+m.HTML, "http://evil") {
			t.Errorf("%s: the salutation contains a link:\n%s", kind, m.Text)
		}
		if kind == ConfirmEmail {
			continue // its text is an address, which was validated
		}
		if strings.Contains(m.Text+m.HTML, "evil.example") || strings.Contains(m.Text, "@evil") {
			t.Errorf("%s: a name can become a link:\n%s", kind, m.Text)
		}
		if strings.Contains(m.Text, "\u202e") || strings.Contains(m.Text, "\nSee") || strings.Contains(m.Text, "\u2028") {
			t.Errorf("%s: a name is not on one line:\n%s", kind, m.Text)
		}
	}
}

func TestRender_UnknownKind(t *testing.T) {
	t.Parallel()
	if m, err := service.render("unknown", full("en")); err == nil {
		t.Errorf("got %+v", m)
	}
}

func TestCatalog_EveryLinkPurpose(t *testing.T) {
	t.Parallel()
	for language, c := range catalogs {
		if len(c.actions) != len(order) {
			t.Errorf("%s has labels for %d links, want %d", language, len(c.actions), len(order))
		}
	}
	for _, p := range []maillink.Purpose{maillink.ResetPassword, maillink.ConfirmAddress, maillink.CancelRemoval, maillink.CompleteRemoval, maillink.NotMe} {
		if p.Path() == "" || english.actions[p] == "" {
			t.Errorf("%s: path %q, label %q; want both", p, p.Path(), english.actions[p])
		}
	}
}
