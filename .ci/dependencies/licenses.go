package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licenses under which a part may be in the product, which is itself under Apache-2.0: all let it be handed
// on with their text beside it. MPL-2.0 and CC-BY-SA-3.0 reach no further than their own file.
var allowed = []string{"0BSD", "Apache-2.0", "blessing", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-SA-3.0", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Unlicense"}

// Licenses that ask for nothing, not even for their text.
var silent = []string{"0BSD", "CC0-1.0", "Unlicense"}

// missing are the texts that a release of a part forgot, and its repository has.
var missing = map[string]string{"github.com/yeqown/reedsolomon v1.0.0": "missing/reedsolomon.txt"}

// read are texts that no program recognizes, and what somebody who read them found. The lists of third parties name those of
// the module's tools too, and each license of what is linked beside others.
var read = map[string][]string{
	"modernc.org/libc LICENSE-3RD-PARTY.md":   {"BSD-3-Clause", "MIT"},
	"modernc.org/memory LICENSE-LOGO":         {}, // of a picture in its README
	"modernc.org/sqlite LICENSE-3RD-PARTY.md": {"BSD-3-Clause", "MIT"},
	"modernc.org/sqlite LICENSE-SQLITE":       {"blessing"}, // SQLite is in the public domain
}

// recognized is how much of a text must be that of a known license: what pkg.go.dev asks for.
const recognized = 75

// judge fills in what the texts say that the parts are under, and answers an error for each part that may not be shipped,
// or whose license nobody can read.
func judge(all []part) error {
	var failed []error
	for i := range all {
		p := &all[i]
		if file, ok := missing[p.name+" "+p.version]; ok {
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			p.texts = append(p.texts, text{"of its repository", string(content)})
		}
		if p.kind == "golang" {
			ids, err := under(*p)
			p.licenses, failed = ids, append(failed, err)
		}
		for _, id := range p.licenses {
			if !slices.Contains(allowed, id) {
				failed = append(failed, fmt.Errorf("%s %s is under %s, which .ci/dependencies/licenses.go does not allow", p.name, p.version, id))
			}
		}
		asks := func(id string) bool { return !slices.Contains(silent, id) }
		if len(p.licenses) == 0 || len(p.texts) == 0 && slices.ContainsFunc(p.licenses, asks) {
			failed = append(failed, fmt.Errorf("%s %s has no text of a license that is known", p.name, p.version))
		}
		if p.kind != "npm" || p.name == commonPasswords {
			continue
		}
		if said, err := under(*p); err != nil || len(said) > 0 && !slices.Equal(said, p.licenses) {
			failed = append(failed, err, fmt.Errorf("%s says that it is under %v, and has the text of %v", p.name, p.licenses, said))
		}
	}
	return errors.Join(failed...)
}

// under are the licenses whose texts a part has, by their SPDX ids.
func under(p part) (ids []string, err error) {
	for _, t := range p.texts {
		if strings.HasSuffix(t.name, "PATENTS") || strings.HasSuffix(t.name, "NOTICE") { // beside the license
			continue
		}
		these, known := read[p.name+" "+t.name]
		found := licensecheck.Scan([]byte(t.content))
		if !known && found.Percent < recognized {
			return nil, fmt.Errorf("%s %s: nobody knows what the text in %s is; read it, and say so in .ci/dependencies/licenses.go", p.name, p.version, t.name)
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

// table is docs/licenses.md.
func table(all []part) string {
	var b strings.Builder
	b.WriteString(`# What others wrote

What a release contains beside Twofold itself, which is under [Apache-2.0](../LICENSE): the modules in the binary, of all platforms
together, the packages in the page, and the list of common passwords. The texts of the licenses lie beside a release's binaries.
` + "`make licenses`" + ` writes this file.

| part | version | license |
|---|---|---|
`)
	for _, p := range all {
		name, version := p.name, p.version
		if p.name == standard {
			name, version = "Go's runtime and standard library", "the Go that builds"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, version, strings.Join(p.licenses, ", "))
	}
	return b.String()
}

// texts is THIRD_PARTY_LICENSES.txt: every text once, under the parts that it is of.
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
	b.WriteString("Twofold contains work of others, under these licenses.\n")
	for _, content := range order {
		line := strings.Repeat("=", 78)
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", line, strings.Join(of[content], "\n"), line, strings.TrimSpace(content))
	}
	return b.String()
}
