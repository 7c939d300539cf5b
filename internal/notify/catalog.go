package notify

import (
	"strings"
	"text/template"
	"time"

	"twofold/internal/maillink"
)

// catalog is everything that mails say in one language. What happened and what to do are templates over a facts value;
// a subject is a fixed sentence, so that no person's text stands in a header.
type catalog struct {
	notices map[Kind]text
	actions map[maillink.Purpose]string // what a link is called
	dispute *template.Template          // what to do about a notice that can be denied
	// noDispute is the same for a reader who may not decide about it.
	noDispute *template.Template
	date      func(time.Time) string

	hello, helloNoName      string
	when, where, device, on string
	help, why               string
}

// text are those of one kind of notice.
type text struct {
	subject string
	text    *template.Template
	not     *template.Template // what to do if it was not you; nil: the catalog's denial
}

// facts is what the words may speak of.
type facts struct {
	About   string // a method's name, or an address
	Count   int
	Until   string // when what is announced happens; may be empty
	Product string
}

func textFor(text string) *template.Template {
	return template.Must(template.New("").Option("missingkey=error").Parse(text))
}

// catalogs are the languages that mails are written in, by BCP 47's primary subtag.
var catalogs = map[string]catalog{"en": english, "de": german}

// in answers the catalog of a language: English where there is none.
func in(language string) (string, catalog) {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-")
	if c, ok := catalogs[base]; ok {
		return base, c
	}
	return "en", english
}
