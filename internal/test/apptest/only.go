package apptest

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A test declares by a call in its first lines that it is of one of these kinds, so that no run selects tests by their
// names. TWOFOLD_TEST_ONLY limits a run of `go test` to the tests of one kind. A test that declares nothing is part of every
// run without that limit.
const (
	timing      = "timing"
	upgrade     = "upgrade"
	concurrency = "concurrency"
)

// declared holds the kind of each test that declared one, by the name of the test.
var declared sync.Map

// limitedTo returns the kind of tests that this run is limited to, or an empty string. An unknown kind fails the test, because
// otherwise the run would skip all tests.
func limitedTo(t testing.TB) string {
	t.Helper()
	kind := os.Getenv("TWOFOLD_TEST_ONLY")
	if !slices.Contains([]string{"", timing, upgrade, concurrency}, kind) {
		t.Fatalf("TWOFOLD_TEST_ONLY is %q, which is not a kind of tests", kind)
	}
	return kind
}

// Timing declares that t measures time or memory, for which nothing else may run on the machine. Without
// TWOFOLD_TEST_ONLY=timing the test is skipped: `make test-timing` runs it.
func Timing(t testing.TB) {
	t.Helper()
	skipUnlessLimitedTo(t, timing)
}

// Upgrade declares that t builds and runs the previous release. Without TWOFOLD_TEST_ONLY=upgrade the test is skipped:
// `make test-upgrade` runs it.
func Upgrade(t testing.TB) {
	t.Helper()
	skipUnlessLimitedTo(t, upgrade)
}

// Concurrency declares that t sends requests at the same time. The test is part of every run without a limit, and
// `make test-race` runs it under the race detector.
func Concurrency(t testing.TB) {
	t.Helper()
	declared.Store(t.Name(), concurrency)
}

// skipUnlessLimitedTo declares the kind of t, and skips t unless the run is limited to that kind.
func skipUnlessLimitedTo(t testing.TB, kind string) {
	t.Helper()
	declared.Store(t.Name(), kind)
	if limitedTo(t) != kind {
		t.Skipf("this test runs only with make test-%s", kind)
	}
}

// SkipUnlessSelected skips t if the run is limited to a kind of tests that t or its parent has not declared. Fixtures call
// it before they start anything.
func SkipUnlessSelected(t testing.TB) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	limit := limitedTo(t)
	if kind, _ := declared.Load(name); limit != "" && kind != limit {
		t.Skipf("TWOFOLD_TEST_ONLY limits this run to the tests of %s", limit)
	}
}
