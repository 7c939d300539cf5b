package notify

import (
	"strings"
	"text/template"
	"time"

	"twofold/internal/link"
)

// catalog is everything that mails say in one language. What happened and what to do are templates over a facts value;
// a subject is a fixed sentence, so that no person's text stands in a header.
type catalog struct {
	notices map[Kind]words
	actions map[link.Purpose]string // what a link is called
	denial  *template.Template      // what to do about a notice that can be denied
	// noDenial is the same for a reader who may not decide about it.
	noDenial *template.Template
	date     func(time.Time) string

	hello, helloNobody      string
	when, where, device, on string
	help, why               string
}

// words are those of one kind of notice.
type words struct {
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

func say(text string) *template.Template {
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
