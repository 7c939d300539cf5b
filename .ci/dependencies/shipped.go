package main

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// part is something that others wrote and a release contains.
type part struct {
	kind     string // golang or npm, as in a package URL
	name     string
	version  string
	digest   string // as its lock file has it
	licenses []string
	texts    []text
	uses     []string // names of parts of the same kind
	direct   bool     // Twofold's own code uses it

	seen map[string]bool // folders whose texts are among them
}

// text is a license, or what a license asks to be handed on.
type text struct{ name, content string }

// standard is the part that the toolchain brings. Its version is the one that builds, and stands in no lock file.
const standard = "std"

// shipped answers all parts, by kind and name.
func shipped(platforms []string) ([]part, error) {
	if len(platforms) == 0 {
		return nil, errors.New("PLATFORMS is empty: nothing would be judged")
	}
	inBinary, err := linked(platforms)
	if err != nil {
		return nil, err
	}
	inPage, err := bundled()
	if err != nil {
		return nil, err
	}
	words, err := words()
	if err != nil {
		return nil, err
	}
	all := slices.Concat(inBinary, inPage, []part{words})
	slices.SortFunc(all, func(a, b part) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return all, nil
}

var hasText = regexp.MustCompile(`(?i)^(.*-)?(licen[cs]e|copying|notice|patents|unlicense)([-.].*)?$`)

// textsIn reads what a folder has of licenses.
func textsIn(dir, within string) (found []text, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() || !hasText.MatchString(e.Name()) || slices.Contains([]string{".go", ".js", ".ts"}, filepath.Ext(e.Name())) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, text{strings.TrimPrefix(filepath.ToSlash(filepath.Join(within, e.Name())), "/"), string(content)})
	}
	return found, nil
}
