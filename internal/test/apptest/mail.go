package apptest

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
)

// Mail is a received mail.
type Mail struct {
	EHLO    string      `json:"-"` // the client's name
	From    string      `json:"-"` // of the envelope
	To      []string    `json:"to"`
	Header  mail.Header `json:"-"`
	Subject string      `json:"subject"` // decoded
	Text    string      `json:"text"`
	HTML    string      `json:"-"`
	Links   []string    `json:"links"` // of the text
	Raw     string      `json:"-"`
}

// Link returns the mail's link to a page, or nothing.
func (m Mail) Link(page string) string {
	for _, l := range m.Links {
		if strings.Contains(l, page+"#") {
			return l
		}
	}
	return ""
}

// Token returns the token in the fragment of a link.
func Token(link string) string {
	_, token, _ := strings.Cut(link, "#")
	return token
}

var linkPattern = regexp.MustCompile(`https?://\S+`)

// parseMail parses a mail with two alternatives, plain text and HTML, in that order (RFC 2046 §5.1.4).
func parseMail(raw []byte) (Mail, error) {
	m := Mail{Raw: string(raw)}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, err
	}
	m.Header = message.Header
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return m, err
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return m, fmt.Errorf("the mail is %s: %w", kind, err)
	}
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	for _, part := range []struct {
		kind string
		into *string
	}{{"text/plain", &m.Text}, {"text/html", &m.HTML}} {
		p, err := parts.NextRawPart()
		if err != nil {
			return m, err
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind != part.kind {
			return m, fmt.Errorf("a part is %s, want %s", kind, part.kind)
		}
		var body io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(p)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		*part.into = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		return m, fmt.Errorf("more than two parts: %w", err)
	}
	m.Links = append([]string{}, linkPattern.FindAllString(m.Text, -1)...)
	return m, nil
}

// Readable returns the mail as it was received and as a reader sees it, without zero-width spaces.
func (m Mail) Readable() string {
	return m.Raw + strings.ReplaceAll(strings.Join([]string{m.Subject, m.Text, html.UnescapeString(m.HTML)}, "\n"), "\u200b", "")
}
