package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// The README's own lines run against a real house, with the phone played by zbarimg and oathtool. Only waiting is
// shortened: sleep moves the house's clock, and oathtool is told what it shows.
func TestReadme_Walkthrough(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl", "jq", "zbarimg", "oathtool", "base64"} {
		need(t, program)
	}
	h := apptest.Start(t)
	h.AddAccount(ada)
	dir := t.TempDir()
	script := fmt.Sprintf("set -euo pipefail\ncd '%s'\nurl=%s email=%s password='%s'\n", dir, h.URL, ada, apptest.Password) +
		strings.Join(readmeBlocks(t), "\n")
	command := exec.CommandContext(t.Context(), "bash", "-c", script)
	command.Env = append(os.Environ(), "PATH="+shims(t, h)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := string(out)
	for _, want := range []string{
		`"enabled": false`, `"code": "step_up_required"`, `"sessions_ended": 0`, `"second_factor_required"`, `"acr": "aal2"`,
	} {
		at := strings.Index(said, want)
		if at < 0 {
			t.Fatalf("%s does not come, or not in its turn:\n%s", want, out)
		}
		said = said[at+len(want):]
	}
	if !strings.HasSuffix(strings.TrimSpace(said), "false") {
		t.Errorf("MFA is not off at the end:\n%s", out)
	}
}

// need skips a test without one of its programs, and fails it in CI.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}

// readmeBlocks are the README's bash blocks; those marked sh are for a person to fill in.
func readmeBlocks(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(apptest.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```bash\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) < 6 {
		t.Fatalf("the README has %d bash blocks, want at least 6", len(blocks))
	}
	return blocks
}

// shims is a folder with a sleep that moves the house's clock and an oathtool that reads it.
func shims(t *testing.T, h *apptest.Server) string {
	t.Helper()
	clock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s := r.URL.Query().Get("sleep"); s != "" {
			d, err := time.ParseDuration(s + "s")
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			h.Clock.Advance(d)
		}
		_ = json.NewEncoder(w).Encode(h.Clock.Now().Unix())
	}))
	t.Cleanup(clock.Close)
	oathtool, err := exec.LookPath("oathtool")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, line := range map[string]string{
		"sleep":    `exec curl -fsS -o /dev/null "` + clock.URL + `/?sleep=$1"`,
		"oathtool": `exec ` + oathtool + ` --now "@$(curl -fsS ` + clock.URL + `)" "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
