package cli

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// examples are printed below the help of twofold itself and in its man page.
const examples = `  Try it with a demo account:
    twofold serve --demo
  Serve users at your own address:
    TWOFOLD_PUBLIC_URL=https://account.example.com twofold serve
  Add an account:
    twofold account add --email you@example.com
  Check the installation:
    twofold doctor
`

// printHelp prints kong's help, with the examples below that of twofold itself.
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

// Run prints the help of a command, or every setting. Anything else is a usage error.
func (cmd help) Run(c *kong.Context, p Program) error {
	if len(cmd.Topic) == 1 && cmd.Topic[0] == "settings" {
		return printSettings(p)
	}
	_, err := c.Kong.Parse(append(cmd.Topic, "--help")) // exits
	return usageError{err}
}

// usageError is a command line that could not be parsed.
type usageError struct{ error }

// setting is a row of the table in docs/operate.md, the one place that describes each setting.
type setting struct{ name, defaultValue, about string }

var (
	settingRow = regexp.MustCompile("(?m)^\\| `(TWOFOLD_\\w+)` \\| (.*?) \\| (.*)\\|$")
	manLink    = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
)

// settings parses the rows of docs/operate.md and strips their markup.
func settings(operate []byte) (rows []setting) {
	plain := func(text []byte) string {
		return strings.TrimSpace(strings.ReplaceAll(manLink.ReplaceAllString(string(text), "$1"), "`", ""))
	}
	for _, row := range settingRow.FindAllSubmatch(operate, -1) {
		rows = append(rows, setting{name: plain(row[1]), defaultValue: plain(row[2]), about: plain(row[3])})
	}
	return rows
}

// printSettings prints every setting, its default and its purpose.
func printSettings(p Program) error {
	var text strings.Builder
	text.WriteString("Settings come from the environment. Durations are written 30s, 5m, 12h.\n")
	for _, s := range settings(p.Operations) {
		fmt.Fprintf(&text, "\n%s (%s)\n", s.name, s.defaultValue)
		if s.about != "" {
			text.WriteString(indented(s.about))
		}
	}
	_, err := io.WriteString(p.Out, text.String())
	return err
}

// indented wraps a text for a terminal.
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

// isUsageError reports whether an error is about the command line.
func isUsageError(err error) bool {
	var m usageError
	return errors.As(err, &m)
}
