package cli

import (
	"embed"
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// The scripts are made from the commands themselves and know nothing that they do not. Libraries that do this for kong
// have not been touched for years, and answer from within the program, at each press of the key.
//
//go:embed completion
var scripts embed.FS

type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Help says where the scripts go.
func (completion) Help() string {
	return `For one shell: source <(twofold completion bash), or twofold completion fish | source. For every shell of yours:

    twofold completion bash >~/.local/share/bash-completion/completions/twofold
    twofold completion zsh  >"${fpath[1]}/_twofold"
    twofold completion fish >~/.config/fish/completions/twofold.fish`
}

// Run prints the script of a shell.
func (cmd completion) Run(c *kong.Context, p Program) error {
	quote := strings.NewReplacer(`'`, `'\''`)
	script, err := template.New("").Funcs(template.FuncMap{"quote": quote.Replace, "zsh": strings.NewReplacer(`'`, `'\''`, `:`, `\:`).Replace}).
		ParseFS(scripts, "completion/*")
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := script.ExecuteTemplate(&text, cmd.Shell, places(c.Model.Node)); err != nil {
		return err
	}
	_, err = io.WriteString(p.Out, text.String())
	return err
}

// completionPlace is where somebody may be who types: after a command. Words are what can follow.
type completionPlace struct {
	Path  string
	Words []completionWord
}

type completionWord struct {
	Text, About string
	Takes       bool // a flag that another word follows
}

// places lists every command, twofold itself first.
func places(n *kong.Node) []completionPlace {
	here := completionPlace{Path: pathOf(n)}
	var below []completionPlace
	for _, child := range n.Children {
		if child.Hidden {
			continue
		}
		here.Words = append(here.Words, completionWord{Text: child.Name, About: child.Help})
		below = append(below, places(child)...)
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			here.Words = append(here.Words, completionWord{Text: "--" + f.Name, About: f.Help, Takes: !f.IsBool()})
		}
	}
	for _, argument := range n.Positional {
		for choice := range strings.FieldsFuncSeq(argument.Enum, func(r rune) bool { return r == ',' }) {
			here.Words = append(here.Words, completionWord{Text: choice, About: argument.Help})
		}
	}
	return append([]completionPlace{here}, below...)
}

// pathOf is what was typed to get to a command.
func pathOf(n *kong.Node) string {
	if n.Parent == nil {
		return n.Name
	}
	return pathOf(n.Parent) + " " + n.Name
}
