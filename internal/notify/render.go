package notify

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"unicode"

	"twofold/internal/maillink"
	"twofold/internal/useragent"
)

var (
	//go:embed mail.txt
	textLayout string
	//go:embed mail.html
	htmlLayout string

	textMail = template.Must(template.New("mail.txt").Parse(textLayout))
	htmlMail = htmltemplate.Must(htmltemplate.New("mail.html").Parse(htmlLayout))
)

// page is a mail before it is laid out, as text and as HTML. All of it is plain text; the HTML layout escapes it.
type page struct {
	Language string
	Subject  string
	Hello    string
	Text     string
	Facts    []fact
	Not      string
	Actions  []action
	Help     string
	Why      string
}

type fact struct{ Name, Value string }

type action struct{ Name, Address string }

// order is how links follow each other.
var order = []maillink.Purpose{maillink.ResetPassword, maillink.ConfirmAddress, maillink.CancelRemoval, maillink.CompleteRemoval, maillink.NotMe}

// render puts a letter into words. It fails for a kind without words.
func (s *Service) render(kind Kind, l payload) (Mail, error) {
	language, c := in(l.Language)
	w, known := c.notices[kind]
	if !known {
		return Mail{}, fmt.Errorf("no words for a notice of kind %q", kind)
	}
	p := page{Language: language, Subject: w.subject, Hello: c.greet(kind, l.Name), Facts: c.facts(l), Why: c.why}
	about := facts{About: printable(l.About), Count: l.Count, Product: s.Product}
	if kind.aboutAddress() {
		about.About = oneLine(l.About)
	}
	if !l.Until.IsZero() {
		about.Until = c.date(l.Until)
	}
	switch {
	case w.not != nil:
	case l.Links[string(maillink.NotMe)] == "":
		w.not = c.noDispute
	default:
		w.not = c.dispute
	}
	var err error
	if p.Text, err = fill(w.text, about); err != nil {
		return Mail{}, err
	}
	if p.Not, err = fill(w.not, about); err != nil {
		return Mail{}, err
	}
	for _, purpose := range order {
		if address := l.Links[string(purpose)]; address != "" {
			p.Actions = append(p.Actions, action{c.actions[purpose], address})
		}
	}
	if s.Support != "" {
		p.Help = c.help + " " + s.Support
	}
	m := Mail{To: l.To, Subject: w.subject}
	if m.Text, err = fill(textMail, p); err != nil {
		return Mail{}, err
	}
	var html strings.Builder
	if err := htmlMail.Execute(&html, p); err != nil {
		return Mail{}, fmt.Errorf("lay mail out: %w", err)
	}
	m.HTML = html.String()
	return m, nil
}

func fill(t *template.Template, data any) (string, error) {
	var text strings.Builder
	if err := t.Execute(&text, data); err != nil {
		return "", fmt.Errorf("write mail: %w", err)
	}
	return strings.TrimSpace(text.String()), nil
}

// greet names the reader, if what they call themselves is a name: whoever has an account could have others mailed by us
// what it says.
func (c catalog) greet(kind Kind, name string) string {
	name = oneLine(name)
	if name == "" || kind.toUnverified() || printable(name) != name {
		return c.helloNoName + ","
	}
	return c.hello + " " + name + ","
}

func (c catalog) facts(l payload) []fact {
	known := []fact{{c.when, c.date(l.At)}}
	if l.IP != "" {
		known = append(known, fact{c.where, l.IP})
	}
	browser, system := useragent.Of(l.Agent)
	switch {
	case browser != "" && system != "":
		known = append(known, fact{c.device, browser + " " + c.on + " " + system})
	case browser+system != "":
		known = append(known, fact{c.device, browser + system})
	}
	return known
}

// oneLine keeps a person's text within its line, and in the direction that it is read in.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text))
}

// printable is a person's text in one line, of which no mail program makes a link: after what would be part of one stands
// a space of no width.
func printable(text string) string {
	const gap = "\u200b"
	return strings.NewReplacer(".", "."+gap, "/", "/"+gap, ":", ":"+gap, "@", "@"+gap).Replace(oneLine(text))
}
