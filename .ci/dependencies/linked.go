package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// listed is a package in the output of `go list`.
type listed struct {
	ImportPath, Dir string
	Imports         []string
	Standard        bool
	Module          *struct {
		Path, Version, Dir, Sum string
		Main                    bool
	}
}

// linkedModules returns the modules with packages in the binary of at least one platform.
func linkedModules(platforms []string) ([]part, error) {
	found := make(map[string]*part)
	for _, platform := range platforms {
		packages, err := packagesOf(platform)
		if err != nil {
			return nil, err
		}
		owner := make(map[string]listed)
		for _, p := range packages {
			owner[p.ImportPath] = p
		}
		for _, p := range packages {
			own := p.Module != nil && p.Module.Main
			if !own {
				if err := add(found, p); err != nil {
					return nil, err
				}
			}
			for _, path := range p.Imports {
				to, ok := owner[path]
				if !ok || moduleName(to) == moduleName(p) || to.Module != nil && to.Module.Main {
					continue
				}
				if err := add(found, to); err != nil {
					return nil, err
				}
				if other := found[moduleName(to)]; own {
					other.direct = true
				} else if uses := &found[moduleName(p)].uses; !slices.Contains(*uses, other.name) {
					*uses = append(*uses, other.name)
				}
			}
		}
	}
	var all []part
	for _, p := range found {
		slices.Sort(p.uses)
		slices.SortFunc(p.texts, func(a, b text) int { return cmp.Compare(a.name, b.name) })
		all = append(all, *p)
	}
	return all, nil
}

func packagesOf(platform string) ([]listed, error) {
	system, architecture, _ := strings.Cut(platform, "/")
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Imports,Standard,Module", ".")
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+architecture, "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list for %s: %w", platform, err)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

func moduleName(p listed) string {
	if p.Standard {
		return standard
	}
	return p.Module.Path
}

// add records the module of a package, and the license texts in the folders between the package and the root of its module.
func add(found map[string]*part, p listed) error {
	name := moduleName(p)
	of := found[name]
	switch {
	case of == nil && p.Standard:
		return addStandard(found)
	case of == nil:
		of = &part{kind: "golang", name: name, version: p.Module.Version, digest: p.Module.Sum, seen: make(map[string]bool)}
		found[name] = of
	case p.Standard:
		return nil
	}
	for dir := p.Dir; len(dir) >= len(p.Module.Dir) && !of.seen[dir]; dir = filepath.Dir(dir) {
		of.seen[dir] = true
		more, err := licenseTextsIn(dir, dir[len(p.Module.Dir):])
		if err != nil {
			return err
		}
		of.texts = append(of.texts, more...)
	}
	return nil
}

func addStandard(found map[string]*part) error {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return err
	}
	dir, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	texts, err := licenseTextsIn(dir, "")
	found[standard] = &part{kind: "golang", name: standard, version: strings.TrimPrefix(version, "go"), texts: texts}
	return err
}
