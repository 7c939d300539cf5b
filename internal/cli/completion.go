package cli

import (
	"embed"
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// The scripts are generated from the commands. The libraries that do this for kong are unmaintained, and start the
// program at each key press.
//
//go:embed completion
var scripts embed.FS

type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Help describes where to install the scripts.
func (completion) Help() string {
	return `For the current shell: source <(twofold completion bash), or twofold completion fish | source. For all shells:

    twofold completion bash >~/.local/share/bash-completion/completions/twofold
    twofold completion zsh  >"${fpath[1]}/_twofold"
    twofold completion fish >~/.config/fish/completions/twofold.fish`
}

// Run prints the script for a shell.
func (cmd completion) Run(c *kong.Context, p Program) error {
	quote := strings.NewReplacer(`'`, `'\''`)
	script, err := template.New("").Funcs(template.FuncMap{"quote": quote.Replace, "zsh": strings.NewReplacer(`'`, `'\''`, `:`, `\:`).Replace}).
		ParseFS(scripts, "completion/*")
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := script.ExecuteTemplate(&text, cmd.Shell, targets(c.Model.Node)); err != nil {
		return err
	}
	_, err = io.WriteString(p.Out, text.String())
	return err
}

// completionTarget is a command prefix, with the words that can follow it.
type completionTarget struct {
	Path  string
	Words []completionWord
}

type completionWord struct {
	Text, About string
	HasValue    bool // a flag that another word follows
}

// targets returns every command prefix, twofold itself first.
func targets(n *kong.Node) []completionTarget {
	target := completionTarget{Path: pathOf(n)}
	var children []completionTarget
	for _, child := range n.Children {
		if child.Hidden {
			continue
		}
		target.Words = append(target.Words, completionWord{Text: child.Name, About: child.Help})
		children = append(children, targets(child)...)
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			target.Words = append(target.Words, completionWord{Text: "--" + f.Name, About: f.Help, HasValue: !f.IsBool()})
		}
	}
	for _, argument := range n.Positional {
		for choice := range strings.FieldsFuncSeq(argument.Enum, func(r rune) bool { return r == ',' }) {
			target.Words = append(target.Words, completionWord{Text: choice, About: argument.Help})
		}
	}
	return append([]completionTarget{target}, children...)
}

// pathOf returns the words that lead to a command.
func pathOf(n *kong.Node) string {
	if n.Parent == nil {
		return n.Name
	}
	return pathOf(n.Parent) + " " + n.Name
}
