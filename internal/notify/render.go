package notify

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"unicode"

	"twofold/internal/mailaddr"
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

// page is the data of the text and HTML layouts of a mail. All of it is plain text; the HTML layout escapes it.
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

// order is the order of the links in a mail.
var order = []maillink.Purpose{maillink.ResetPassword, maillink.ConfirmAddress, maillink.CancelRemoval, maillink.CompleteRemoval, maillink.NotMe}

// render returns a message as a mail in the reader's language. It returns an error for a kind without texts.
func (s *Service) render(kind Kind, body payload) (Mail, error) {
	language, c := catalogFor(body.Language)
	w, known := c.notices[kind]
	if !known {
		return Mail{}, fmt.Errorf("no text for a notice of kind %q", kind)
	}
	p := page{Language: language, Subject: w.subject, Hello: c.greet(kind, body.Name), Facts: c.facts(body), Why: c.why}
	about := facts{About: printable(body.About), Count: body.Count, Product: s.Product}
	if kind.aboutAddress() {
		about.About = oneLine(mailaddr.ToUnicode(body.About))
	}
	if !body.Until.IsZero() {
		about.Until = c.date(body.Until)
	}
	switch {
	case w.ifNotMe != nil:
	case body.Links[string(maillink.NotMe)] == "":
		w.ifNotMe = c.noDispute
	default:
		w.ifNotMe = c.dispute
	}
	var err error
	if p.Text, err = fill(w.text, about); err != nil {
		return Mail{}, err
	}
	if p.Not, err = fill(w.ifNotMe, about); err != nil {
		return Mail{}, err
	}
	for _, purpose := range order {
		if address := body.Links[string(purpose)]; address != "" {
			p.Actions = append(p.Actions, action{c.actions[purpose], address})
		}
	}
	if s.Support != "" {
		p.Help = c.help + " " + s.Support
	}
	m := Mail{To: body.To, Subject: w.subject}
	if m.Text, err = fill(textMail, p); err != nil {
		return Mail{}, err
	}
	var html strings.Builder
	if err := htmlMail.Execute(&html, p); err != nil {
		return Mail{}, fmt.Errorf("render HTML: %w", err)
	}
	m.HTML = html.String()
	return m, nil
}

// fill executes a template and trims the result.
func fill(t *template.Template, data any) (string, error) {
	var text strings.Builder
	if err := t.Execute(&text, data); err != nil {
		return "", fmt.Errorf("render mail: %w", err)
	}
	return strings.TrimSpace(text.String()), nil
}

// greet returns the salutation. It omits the display name if that contains anything that a mail program may turn into a link,
// and for unverified addresses, because an attacker could otherwise send text of their choice to others.
func (c catalog) greet(kind Kind, name string) string {
	name = oneLine(name)
	if name == "" || kind.toUnverified() || printable(name) != name {
		return c.helloNoName + ","
	}
	return c.hello + " " + name + ","
}

// facts returns when, where and on which device the event happened, as far as that is known.
func (c catalog) facts(body payload) []fact {
	known := []fact{{c.when, c.date(body.At)}}
	if body.IP != "" {
		known = append(known, fact{c.where, body.IP})
	}
	browser, system := useragent.Of(body.Agent)
	switch {
	case browser != "" && system != "":
		known = append(known, fact{c.device, browser + " " + c.on + " " + system})
	case browser+system != "":
		known = append(known, fact{c.device, browser + system})
	}
	return known
}

// oneLine returns a user's text without line breaks, control characters and direction marks.
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

// printable returns a user's text in one line, with a zero-width space after every character that could be part of a link, so
// that mail programs do not turn it into one.
func printable(text string) string {
	const gap = "\u200b"
	return strings.NewReplacer(".", "."+gap, "/", "/"+gap, ":", ":"+gap, "@", "@"+gap).Replace(oneLine(text))
}
