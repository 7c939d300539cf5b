package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const unknown = "You may look at this on Sundays, and you may not distribute it."

// license returns the text of an allowed license.
func license(t *testing.T) text {
	t.Helper()
	content, err := os.ReadFile("missing/reedsolomon.txt")
	if err != nil {
		t.Fatal(err)
	}
	return text{"LICENSE", string(content)}
}

func TestCheckLicenses(t *testing.T) {
	t.Parallel()
	copyleft, err := os.ReadFile("testdata/gpl-notice.txt")
	if err != nil {
		t.Fatal(err)
	}
	mit := license(t)
	for name, c := range map[string]struct {
		of      part
		wantErr string
	}{
		"allowed license":                            {part{kind: "golang", name: "a", texts: []text{mit}}, ""},
		"license that is not allowed":                {part{kind: "golang", name: "a", texts: []text{mit, {"COPYING", string(copyleft)}}}, "does not allow"},
		"unrecognized text":                          {part{kind: "golang", name: "a", texts: []text{mit, {"b/LICENSE", unknown}}}, "not recognized"},
		"without text":                               {part{kind: "golang", name: "a"}, "no text"},
		"only a notice":                              {part{kind: "golang", name: "a", texts: []text{{"NOTICE", "By Ada."}}}, "no text"},
		"package with an allowed license":            {part{kind: "npm", name: "a", licenses: []string{"MIT"}, texts: []text{mit}}, ""},
		"package with a license that is not allowed": {part{kind: "npm", name: "a", licenses: []string{"GPL-2.0"}, texts: []text{mit}}, "does not allow"},
		"package with the text of another license":   {part{kind: "npm", name: "a", licenses: []string{"ISC"}, texts: []text{mit}}, "has the text of"},
		"package without text":                       {part{kind: "npm", name: "a", licenses: []string{"MIT"}}, "no text"},
		"package whose license requires no text":     {part{kind: "npm", name: "a", licenses: []string{"Unlicense"}}, ""},
		"package without a license":                  {part{kind: "npm", name: "a", licenses: []string{""}, texts: []text{mit}}, "does not allow"},
		"reviewed text":                              {part{kind: "golang", name: "modernc.org/sqlite", texts: []text{mit, {"LICENSE-SQLITE", unknown}}}, ""},
		"reviewed text of another module":            {part{kind: "golang", name: "modernc.org/other", texts: []text{mit, {"LICENSE-SQLITE", unknown}}}, "not recognized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkLicenses([]part{c.of})
			if (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
				t.Errorf("got %v, want %q", err, c.wantErr)
			}
		})
	}
}

func TestTexts_EachOnce(t *testing.T) {
	t.Parallel()
	mit := license(t)
	got := texts([]part{
		{name: "a", version: "v1", texts: []text{mit, {"NOTICE", "By Ada."}}},
		{name: "b", version: "v2", texts: []text{mit}},
	})
	if strings.Count(got, "Permission is hereby granted") != 1 || !strings.Contains(got, "a v1 (LICENSE)\nb v2 (LICENSE)\n") || !strings.Contains(got, "By Ada.") {
		t.Errorf("got %s", got)
	}
}

// The parts include some that are known to be in the binary and in the page, and none that only tests use.
func TestReleaseParts(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(root + "/.cache/bundled.json"); err != nil {
		t.Fatal("run make page first: ", err)
	}
	all, err := releaseParts([]string{"linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		names = append(names, p.name)
		if p.version == "" || p.digest == "" && p.name != standard && p.name != commonPasswords && p.kind != "npm" {
			t.Errorf("%s has version %q and digest %q", p.name, p.version, p.digest)
		}
	}
	for _, name := range []string{standard, "gorm.io/gorm", "modernc.org/sqlite", "preact", "vite", commonPasswords} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "vitest", "typescript", "twofold"} {
		if slices.Contains(names, name) {
			t.Errorf("%s is not in a release", name)
		}
	}
	if err := checkLicenses(all); err != nil {
		t.Error(err)
	}
	bill, err := materials(all, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	requireSchema(t, bill)
	again, err := materials(all, "1.2.3")
	if err != nil || string(again) != string(bill) {
		t.Errorf("the bill of the same release differs: %v", err)
	}
}
