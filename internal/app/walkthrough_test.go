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

// The bash blocks of the README run against a real server, with zbarimg and oathtool as the phone. Blocks marked sh are for
// the reader to fill in. Only waiting is shortened: sleep advances the server's clock, and oathtool reads it.
func TestReadme_Walkthrough(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "curl", "jq", "zbarimg", "oathtool", "base64"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed", program)
	}
	h := apptest.Start(t)
	h.AddAccount(ada)
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

	// A sleep that advances the server's clock, and an oathtool that reads it.
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
	bin := t.TempDir()
	for name, line := range map[string]string{
		"sleep":    `exec curl -fsS -o /dev/null "` + clock.URL + `/?sleep=$1"`,
		"oathtool": `exec ` + oathtool + ` --now "@$(curl -fsS ` + clock.URL + `)" "$@"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}

	script := fmt.Sprintf("set -euo pipefail\ncd '%s'\nurl=%s email=%s password='%s'\n", t.TempDir(), h.URL, ada, apptest.Password) +
		strings.Join(blocks, "\n")
	command := exec.CommandContext(t.Context(), "bash", "-c", script)
	command.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	output := string(out)
	for _, want := range []string{
		`"enabled": false`, `"code": "step_up_required"`, `"sessions_ended": 0`, `"second_factor_required"`, `"acr": "aal2"`,
	} {
		at := strings.Index(output, want)
		if at < 0 {
			t.Fatalf("%s is missing or out of order:\n%s", want, out)
		}
		output = output[at+len(want):]
	}
	if !strings.HasSuffix(strings.TrimSpace(output), "false") {
		t.Errorf("MFA is not off at the end:\n%s", out)
	}
}
