package notify

import (
	"strings"
	"text/template"
	"time"

	"twofold/internal/maillink"
)

// catalog holds the texts of mails in one language. What happened and what to do are templates over a facts value. A mail's
// subject is a fixed sentence, so that no user's text appears in a header.
type catalog struct {
	notices map[Kind]text
	actions map[maillink.Purpose]string // labels of links
	dispute *template.Template          // what to do about a notice with a dispute link
	// noDispute is the same for a copy without a dispute link.
	noDispute *template.Template
	date      func(time.Time) string

	hello, helloNoName      string
	when, where, device, on string
	help, why               string
}

// text holds the texts of one kind of notice.
type text struct {
	subject string
	text    *template.Template
	ifNotMe *template.Template // what to do if it was not you; nil: dispute or noDispute of the catalog
}

// facts is the data of a notice's templates.
type facts struct {
	About   string // a method's name, or an address
	Count   int
	Until   string // when the announced event happens; may be empty
	Product string
}

// textFor parses a template of a catalog.
func textFor(text string) *template.Template {
	return template.Must(template.New("").Option("missingkey=error").Parse(text))
}

// catalogs holds a catalog per language, by the primary subtag of BCP 47.
var catalogs = map[string]catalog{"en": english, "de": german}

// catalogFor returns the catalog of a language and its subtag. It returns the English one if the language has none.
func catalogFor(language string) (string, catalog) {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-")
	if c, ok := catalogs[base]; ok {
		return base, c
	}
	return "en", english
}
