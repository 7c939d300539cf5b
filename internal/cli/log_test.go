package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestIsText(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal can be opened here:", err)
	}
	defer func() { _ = terminal.Close() }()
	if !isText("auto", terminal) || !isText("text", terminal) || isText("json", terminal) {
		t.Error("a terminal gets JSON, or text although JSON is set")
	}
	if isText("auto", file) || !isText("text", file) || isText("auto", &bytes.Buffer{}) {
		t.Error("a file gets text, or JSON although text is set")
	}
}

func TestNewLogs_TextStaysOneLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, audit, w := newLogs(&out, "text", slog.LevelWarn)
	log.Info("not logged at this level")
	log.Warn("not ready", "error", "a\nb\x1b[2J")
	audit.Info("audit", "at", "now")
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{
		`^time=\d\d:\d\d:\d\d level=WARN msg="not ready" error="a\\nb\\x1b\[2J"$`,
		`^time=\d\d:\d\d:\d\d level=INFO msg=audit at=now$`,
	}
	if len(lines) != len(want) || w.Lost() != 0 {
		t.Fatalf("got %q, and %d lines are lost", lines, w.Lost())
	}
	for i, line := range lines {
		if !regexp.MustCompile(want[i]).MatchString(line) {
			t.Errorf("got %s, want %s", line, want[i])
		}
	}
}
