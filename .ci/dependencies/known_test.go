package main

import (
	"slices"
	"strings"
	"testing"
)

// scanned is a shortened output of govulncheck: a vulnerable function in the binary, a vulnerable module without one, and a
// vulnerability of the standard library.
const scanned = `{"config": {"protocol_version": "v1.0.0"}}
{"osv": {"id": "GO-1", "summary": "a hole"}} {"osv": {"id": "GO-2", "summary": "another"}} {"osv": {"id": "GO-3", "summary": "a third"}}
{"finding": {"osv": "GO-1", "trace": [{"module": "example.com/a", "version": "v1.0.0"}]}}
{"finding": {"osv": "GO-1", "fixed_version": "v1.0.1", "trace": [{"module": "example.com/a", "version": "v1.0.0", "package": "example.com/a", "function": "F"}]}}
{"finding": {"osv": "GO-2", "trace": [{"module": "example.com/b", "version": "v1.0.0"}]}}
{"finding": {"osv": "GO-3", "fixed_version": "v1.26.9", "trace": [{"module": "stdlib", "version": "v1.26.8", "package": "net/http", "function": "F"}]}}`

func ids(found []vulnerability) (ids []string) {
	for _, v := range found {
		ids = append(ids, v.id)
	}
	return ids
}

func TestParseGovulncheck(t *testing.T) {
	t.Parallel()
	found, err := parseGovulncheck([]byte(scanned))
	if err != nil || !slices.Equal(ids(found), []string{"GO-1", "GO-3"}) {
		t.Fatalf("got %v, %v", found, err)
	}
	if got := found[0].String(); got != "GO-1 in example.com/a v1.0.0, fixed in v1.0.1: a hole" {
		t.Error(got)
	}
	t.Run("empty database", func(t *testing.T) {
		if _, err := parseGovulncheck([]byte(`{"config": {}}`)); err == nil {
			t.Error("an empty database is accepted")
		}
	})
	t.Run("fixed by the Go version of the image", func(t *testing.T) {
		for image, want := range map[string][]string{
			"FROM golang:1.26.9-bookworm":  {"GO-1"},
			"FROM golang:1.26.10-bookworm": {"GO-1"},
			"FROM golang:1.26.8-bookworm":  {"GO-1", "GO-3"},
			"FROM golang:1.25.11-bookworm": {"GO-1", "GO-3"},
			"FROM scratch":                 {"GO-1", "GO-3"},
		} {
			if got := ids(unfixedInRelease(found, []byte(image))); !slices.Equal(got, want) {
				t.Errorf("%s: left are %v, want %v", image, got, want)
			}
		}
	})
	t.Run("not fixed", func(t *testing.T) {
		unfixed := []vulnerability{{id: "GO-4", of: "stdlib v1.26.8"}}
		if got := unfixedInRelease(unfixed, []byte("FROM golang:1.26.10")); len(got) != 1 {
			t.Error("it is missing")
		}
	})
}

func TestParseAudit(t *testing.T) {
	t.Parallel()
	found, err := parseAudit([]byte(`{"auditReportVersion": 2, "vulnerabilities": {
		"a": {"range": "<1.2", "via": [{"source": 1, "title": "a hole", "url": "https://github.com/advisories/GHSA-1", "severity": "low"}]},
		"b": {"range": "*", "via": ["a"]}}}`))
	if err != nil || len(found) != 1 || found[0].String() != "GHSA-1 in a <1.2, fixed in no version: a hole" {
		t.Errorf("got %v, %v", found, err)
	}
	if found, err := parseAudit([]byte(`{"auditReportVersion": 2, "vulnerabilities": {}}`)); err != nil || len(found) > 0 {
		t.Errorf("without vulnerabilities it returns %v, %v", found, err)
	}
	for _, invalid := range []string{`{"message": "405 Method Not Allowed", "method": "POST"}`, `{"error": {"code": "EAI_AGAIN"}}`, ``, `<html>`} {
		if found, err := parseAudit([]byte(invalid)); err == nil {
			t.Errorf("%q is accepted as a report: %v", invalid, found)
		}
	}
}

func TestParseReasons_ReasonRequired(t *testing.T) {
	t.Parallel()
	why, err := parseReasons("# a comment\n\nGO-1 Its one function that could is never called.\n")
	if err != nil || len(why) != 1 || !strings.HasPrefix(why["GO-1"], "Its one") {
		t.Errorf("got %v, %v", why, err)
	}
	if _, err := parseReasons("GO-1\n"); err == nil {
		t.Error("an id without a reason is accepted")
	}
	if _, err := readAccepted(); err != nil {
		t.Error(err)
	}
}
