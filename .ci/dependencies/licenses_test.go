package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const unknown = "You may look at this on Sundays, and you may hand it on to nobody."

// license is the text of a license that is allowed.
func license(t *testing.T) text {
	t.Helper()
	content, err := os.ReadFile("missing/reedsolomon.txt")
	if err != nil {
		t.Fatal(err)
	}
	return text{"LICENSE", string(content)}
}

func TestWhatMayNotBeShippedIsRefused(t *testing.T) {
	t.Parallel()
	copyleft, err := os.ReadFile("testdata/gpl-notice.txt")
	if err != nil {
		t.Fatal(err)
	}
	mit := license(t)
	for name, c := range map[string]struct {
		of   part
		says string
	}{
		"what is allowed":                    {part{kind: "golang", name: "a", texts: []text{mit}}, ""},
		"a license that is not allowed":      {part{kind: "golang", name: "a", texts: []text{mit, {"COPYING", string(copyleft)}}}, "does not allow"},
		"a text that nobody knows":           {part{kind: "golang", name: "a", texts: []text{mit, {"b/LICENSE", unknown}}}, "nobody knows"},
		"no text":                            {part{kind: "golang", name: "a"}, "no text"},
		"a notice alone":                     {part{kind: "golang", name: "a", texts: []text{{"NOTICE", "By somebody."}}}, "no text"},
		"a package under what is allowed":    {part{kind: "npm", name: "a", licenses: []string{"MIT"}, texts: []text{mit}}, ""},
		"a package under what is not":        {part{kind: "npm", name: "a", licenses: []string{"GPL-2.0"}, texts: []text{mit}}, "does not allow"},
		"a package with another text":        {part{kind: "npm", name: "a", licenses: []string{"ISC"}, texts: []text{mit}}, "has the text of"},
		"a package without text":             {part{kind: "npm", name: "a", licenses: []string{"MIT"}}, "no text"},
		"a package that asks for no text":    {part{kind: "npm", name: "a", licenses: []string{"Unlicense"}}, ""},
		"a package that says nothing":        {part{kind: "npm", name: "a", licenses: []string{""}, texts: []text{mit}}, "does not allow"},
		"a text that somebody read":          {part{kind: "golang", name: "modernc.org/sqlite", texts: []text{mit, {"LICENSE-SQLITE", unknown}}}, ""},
		"that text, of a part that has none": {part{kind: "golang", name: "modernc.org/other", texts: []text{mit, {"LICENSE-SQLITE", unknown}}}, "nobody knows"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := judge([]part{c.of})
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestTheTextsAreHandedOnOnceUnderWhomTheyAreOf(t *testing.T) {
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

// The program sees what Go links and what the page's build wrote down: a few of each, and none that only tests have.
func TestPartsAreThoseThatAreShipped(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(root + "/.cache/bundled.json"); err != nil {
		t.Fatal("build the page first: ", err)
	}
	all, err := shipped([]string{"linux/amd64"})
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
			t.Errorf("%s is no part of a release", name)
		}
	}
	if err := judge(all); err != nil {
		t.Error(err)
	}
	bill, err := materials(all, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	wantSchema(t, bill)
	again, err := materials(all, "1.2.3")
	if err != nil || string(again) != string(bill) {
		t.Errorf("the same release has another bill: %v", err)
	}
}
