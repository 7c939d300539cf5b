package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licenses that a dependency may have. The product is under Apache-2.0, and all of them permit distribution
// with the license text. MPL-2.0 and CC-BY-SA-3.0 apply to their own files only.
var allowed = []string{"0BSD", "Apache-2.0", "blessing", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-SA-3.0", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Unlicense"}

// noText are the allowed licenses that do not require their text.
var noText = []string{"0BSD", "CC0-1.0", "Unlicense"}

// missing names files with the license texts that a release of a module lacks. They are from the module's repository.
var missing = map[string]string{"github.com/yeqown/reedsolomon v1.0.0": "missing/reedsolomon.txt"}

// reviewed are texts that licensecheck does not recognize, with the licenses that a review found in them. The lists of third
// parties include those of the module's tools, and one license of each linked part among others.
var reviewed = map[string][]string{
	"modernc.org/libc LICENSE-3RD-PARTY.md":   {"BSD-3-Clause", "MIT"},
	"modernc.org/memory LICENSE-LOGO":         {}, // of a picture in its README
	"modernc.org/sqlite LICENSE-3RD-PARTY.md": {"BSD-3-Clause", "MIT"},
	"modernc.org/sqlite LICENSE-SQLITE":       {"blessing"}, // SQLite is in the public domain
}

// minMatch is how much of a text must match a known license, in percent. It is the limit of pkg.go.dev.
const minMatch = 75

// checkLicenses sets the licenses of Go modules from their texts. It returns an error for each part whose license is not
// allowed or not recognized.
func checkLicenses(all []part) error {
	var failed []error
	for i := range all {
		p := &all[i]
		if file, ok := missing[p.name+" "+p.version]; ok {
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			p.texts = append(p.texts, text{"from its repository", string(content)})
		}
		if p.kind == "golang" {
			ids, err := licensesIn(*p)
			p.licenses, failed = ids, append(failed, err)
		}
		for _, id := range p.licenses {
			if !slices.Contains(allowed, id) {
				failed = append(failed, fmt.Errorf("%s %s is under %s, which .ci/dependencies/licenses.go does not allow", p.name, p.version, id))
			}
		}
		needsText := func(id string) bool { return !slices.Contains(noText, id) }
		if len(p.licenses) == 0 || len(p.texts) == 0 && slices.ContainsFunc(p.licenses, needsText) {
			failed = append(failed, fmt.Errorf("%s %s has no text of a known license", p.name, p.version))
		}
		if p.kind != "npm" || p.name == commonPasswords {
			continue
		}
		if found, err := licensesIn(*p); err != nil || len(found) > 0 && !slices.Equal(found, p.licenses) {
			failed = append(failed, err, fmt.Errorf("%s declares the licenses %v, but has the text of %v", p.name, p.licenses, found))
		}
	}
	return errors.Join(failed...)
}

// licensesIn returns the SPDX ids of the licenses whose texts a part has.
func licensesIn(p part) (ids []string, err error) {
	for _, t := range p.texts {
		if strings.HasSuffix(t.name, "PATENTS") || strings.HasSuffix(t.name, "NOTICE") { // in addition to the license
			continue
		}
		these, known := reviewed[p.name+" "+t.name]
		found := licensecheck.Scan([]byte(t.content))
		if !known && found.Percent < minMatch {
			return nil, fmt.Errorf("%s %s: the text in %s is not recognized; review it, and add it to reviewed in .ci/dependencies/licenses.go", p.name, p.version, t.name)
		}
		if !known {
			for _, m := range found.Match {
				these = append(these, m.ID)
			}
		}
		ids = append(ids, these...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// table returns the content of docs/licenses.md.
func table(all []part) string {
	var b strings.Builder
	b.WriteString(`# Third-party licenses

The third-party code in a release: the modules in the binaries of all platforms, the packages in the page, and the list of common
passwords. Twofold itself is under [Apache-2.0](../LICENSE). Each release has the texts of all licenses in
` + "`THIRD_PARTY_LICENSES.txt`. `make licenses`" + ` writes this file.

| part | version | license |
|---|---|---|
`)
	for _, p := range all {
		name, version := p.name, p.version
		if p.name == standard {
			name, version = "Go's runtime and standard library", "the version that builds the release"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, version, strings.Join(p.licenses, ", "))
	}
	return b.String()
}

// texts returns the content of THIRD_PARTY_LICENSES.txt: every text once, under the names of its parts.
func texts(all []part) string {
	var order []string
	of := make(map[string][]string)
	for _, p := range all {
		for _, t := range p.texts {
			if of[t.content] == nil {
				order = append(order, t.content)
			}
			of[t.content] = append(of[t.content], fmt.Sprintf("%s %s (%s)", p.name, p.version, t.name))
		}
	}
	var b strings.Builder
	b.WriteString("Twofold contains third-party code under these licenses.\n")
	for _, content := range order {
		line := strings.Repeat("=", 78)
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", line, strings.Join(of[content], "\n"), line, strings.TrimSpace(content))
	}
	return b.String()
}
