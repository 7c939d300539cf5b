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

// part is a piece of third-party code in a release.
type part struct {
	kind     string // golang or npm, as in its package URL
	name     string
	version  string
	digest   string // as in its lock file
	licenses []string
	texts    []text
	uses     []string // names of parts of the same kind
	direct   bool     // Twofold's own code uses it

	seen map[string]bool // folders whose texts have been read
}

// text is a license, or a notice that a license requires to be distributed.
type text struct{ name, content string }

// standard is the name of Go's standard library. Its version is that of the toolchain, and is in no lock file.
const standard = "std"

// releaseParts returns all parts of a release, sorted by kind and name.
func releaseParts(platforms []string) ([]part, error) {
	if len(platforms) == 0 {
		return nil, errors.New("PLATFORMS is empty")
	}
	inBinary, err := linkedModules(platforms)
	if err != nil {
		return nil, err
	}
	inPage, err := bundledPackages()
	if err != nil {
		return nil, err
	}
	passwords, err := passwordList()
	if err != nil {
		return nil, err
	}
	all := slices.Concat(inBinary, inPage, []part{passwords})
	slices.SortFunc(all, func(a, b part) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return all, nil
}

var hasText = regexp.MustCompile(`(?i)^(.*-)?(licen[cs]e|copying|notice|patents|unlicense)([-.].*)?$`)

// licenseTextsIn returns the license texts in a folder. Their names start with within.
func licenseTextsIn(dir, within string) (found []text, err error) {
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
