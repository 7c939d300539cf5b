package cli

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// examples stand below the help of twofold itself, and in its man page.
const examples = `  Try it, with an account made for it:
    twofold serve --demo
  Serve people at an address of your own:
    TWOFOLD_PUBLIC_URL=https://account.example.com twofold serve
  Add an account:
    twofold account add --email you@example.com
  See what is wrong, and what to do:
    twofold doctor
`

// printHelp is kong's help, with examples below that of twofold itself.
func printHelp(options kong.HelpOptions, c *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, c); err != nil || c.Selected() != nil {
		return err
	}
	_, err := fmt.Fprintf(c.Stdout, "\nExamples:\n%s\nSettings come from the environment: twofold help settings.\n", examples)
	return err
}

type help struct {
	Topic []string `arg:"" optional:"" help:"A command, or: settings."`
}

// Run prints the help of a command, or every setting. What is neither is misunderstood.
func (cmd help) Run(c *kong.Context, p Program) error {
	if len(cmd.Topic) == 1 && cmd.Topic[0] == "settings" {
		return printSettings(p)
	}
	_, err := c.Kong.Parse(append(cmd.Topic, "--help")) // it leaves
	return usageError{err}
}

// usageError is a command that the program could not make out.
type usageError struct{ error }

// setting is one row of the operator's page: it is the one place that says what each is for.
type setting struct{ name, usual, about string }

var (
	settingRow = regexp.MustCompile("(?m)^\\| `(TWOFOLD_\\w+)` \\| (.*?) \\| (.*)\\|$")
	manLink    = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
)

// settings reads the rows of the operator's page, without its markup.
func settings(operate []byte) (rows []setting) {
	plain := func(text []byte) string {
		return strings.TrimSpace(strings.ReplaceAll(manLink.ReplaceAllString(string(text), "$1"), "`", ""))
	}
	for _, row := range settingRow.FindAllSubmatch(operate, -1) {
		rows = append(rows, setting{name: plain(row[1]), usual: plain(row[2]), about: plain(row[3])})
	}
	return rows
}

// printSettings lists every setting, its default and what it is for.
func printSettings(p Program) error {
	var text strings.Builder
	text.WriteString("Settings come from the environment. Durations are written 30s, 5m, 12h.\n")
	for _, s := range settings(p.Operations) {
		fmt.Fprintf(&text, "\n%s (%s)\n", s.name, s.usual)
		if s.about != "" {
			text.WriteString(indented(s.about))
		}
	}
	_, err := io.WriteString(p.Out, text.String())
	return err
}

// indented breaks a text into lines that fit a terminal.
func indented(text string) string {
	const width, margin = 80, "    "
	var lines strings.Builder
	line := margin
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word) >= width && line != margin {
			lines.WriteString(strings.TrimRight(line, " ") + "\n")
			line = margin
		}
		line += word + " "
	}
	return lines.String() + strings.TrimRight(line, " ") + "\n"
}

// isUsageError says whether an error is about what was typed.
func isUsageError(err error) bool {
	var m usageError
	return errors.As(err, &m)
}
