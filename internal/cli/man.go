package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type man struct{}

// Help describes how to read the page.
func (man) Help() string {
	return `To read it: twofold man | man -l -. To install it: twofold man >/usr/local/share/man/man1/twofold.1`
}

// Run prints the man page (man-pages(7)): the commands as they are, and the settings from docs/operate.md.
func (man) Run(c *kong.Context, p Program) error {
	var page strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	say(".TH TWOFOLD 1 \"\" \"twofold %s\"", roff(p.Version))
	say(".SH NAME\ntwofold \\- account security with MFA for any app")
	say(".SH SYNOPSIS\n.B twofold\n.I command\n.RI [ flags ]")
	say(".SH DESCRIPTION\n%s\nOne binary serves the API and the page, and has the commands below for everything else.", roff(description))
	say(".SH COMMANDS")
	for _, n := range c.Model.Leaves(true) {
		say(".SS %s", roff(strings.TrimPrefix(n.Summary(), "twofold ")))
		say("%s", roff(n.Help))
		if n.Detail != "" {
			say(".PP\n.nf\n%s\n.fi", roff(n.Detail))
		}
		for _, f := range n.Flags {
			if f.Name != "help" {
				say(".TP\n.B %s\n%s", roff("--"+f.Name), roff(f.Help))
			}
		}
	}
	say(".SH EXIT STATUS\n0: success. 1: failure, explained on standard error. 2: usage error.")
	say(".SH ENVIRONMENT\nDurations are written 30s, 5m, 12h.")
	for _, s := range settings(p.Operations) {
		say(".TP\n.BR %s \" (%s)\"\n%s", s.name, roff(s.defaultValue), roff(s.about))
	}
	say(".SH EXAMPLES\n.nf\n%s.fi", roff(examples))
	_, err := io.WriteString(p.Out, page.String())
	return err
}

// roff escapes a text, so that none of it is read as a request (groff(7)).
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `"`, `\(dq`, `…`, `...`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
