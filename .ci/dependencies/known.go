package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// vulnerability is one that is known of something that is used.
type vulnerability struct{ id, of, fixed, summary string }

func (v vulnerability) String() string {
	fixed := v.fixed
	if fixed == "" {
		fixed = "nothing"
	}
	return fmt.Sprintf("%s in %s, fixed in %s: %s", v.id, v.of, fixed, v.summary)
}

// notChecked says that a database cannot be had. The network is not ours: it fails nothing, and is said loudly.
type notChecked struct{ why string }

func (n notChecked) Error() string { return n.why }

// known looks for vulnerabilities of what is in the binary, and of what the two lock files of npm name.
func known() error {
	accepted, err := accepted()
	if err != nil {
		return err
	}
	var failed []error
	for _, place := range []struct {
		what string
		look func() ([]vulnerability, error)
	}{
		{"the binary (govulncheck)", inBinary},
		{"frontend (npm audit)", func() ([]vulnerability, error) { return audit("frontend") }},
		{"the checks' own tools (npm audit)", func() ([]vulnerability, error) { return audit(".ci") }},
	} {
		what := place.what
		found, err := place.look()
		var not notChecked
		switch {
		case errors.As(err, &not):
			fmt.Printf("********\n******** NOT CHECKED: %s: %v\n********\n", what, not)
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		}
		left := 0
		for _, v := range found {
			if why, ok := accepted[v.id]; ok {
				fmt.Printf("Accepted: %v\n  because %s\n", v, why)
				continue
			}
			left++
			failed = append(failed, fmt.Errorf("%v", v))
		}
		fmt.Printf("%s: %d known vulnerabilities, %d of them accepted.\n", what, len(found), len(found)-left)
	}
	if len(failed) > 0 {
		failed = append(failed, errors.New("upgrade, or say in .ci/dependencies/accepted.txt why it does no harm"))
	}
	return errors.Join(failed...)
}

// accepted are the vulnerabilities that somebody judged to do no harm, and why.
func accepted() (map[string]string, error) {
	content, err := os.ReadFile("accepted.txt")
	if err != nil {
		return nil, err
	}
	return reasons(string(content))
}

// reasons reads lines of an id and why.
func reasons(content string) (map[string]string, error) {
	why := make(map[string]string)
	for line := range strings.Lines(content) {
		id, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if id == "" || strings.HasPrefix(id, "#") {
			continue
		}
		if len(reason) < 20 {
			return nil, fmt.Errorf("accepted.txt does not say why %s does no harm", id)
		}
		why[id] = reason
	}
	return why, nil
}

// The database as of a day, for where the one of today cannot be reached: a module like any other.
const (
	today  = "https://vuln.go.dev"
	copied = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018"
	sum    = "h1:mfngRv0Yoh0VApsXKEN82CjD99kl7mtparN3bs3JnqI="
)

// database is where govulncheck asks.
func database() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if r, err := http.NewRequestWithContext(ctx, http.MethodGet, today+"/index/db.json", nil); err != nil {
		return "", err
	} else if answer, err := http.DefaultClient.Do(r); err == nil {
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return today, nil
		}
	}
	out, err := exec.Command("go", "mod", "download", "-json", copied).Output()
	var module struct{ Dir, Sum, Error string }
	if json.Unmarshal(out, &module) != nil || err != nil || module.Error != "" {
		return "", notChecked{today + " does not answer, and " + copied + " cannot be had: " + module.Error}
	}
	if module.Sum != sum {
		return "", fmt.Errorf("%s has the sum %s, want %s", copied, module.Sum, sum)
	}
	fmt.Printf("********\n******** %s does not answer: judged by the copy of it that is\n******** %s. What became known later is not looked for.\n********\n", today, copied)
	return "file://" + filepath.ToSlash(filepath.Join(module.Dir, "data", "osv")), nil
}

// inBinary asks govulncheck which vulnerable functions are in the binary. It reads one that has its symbols still.
func inBinary() ([]vulnerability, error) {
	from, err := database()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "dependencies")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "twofold")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-w", "-o", binary, ".")
	scan := exec.Command("go", "tool", "-modfile=tools.mod", "govulncheck", "-db", from, "-mode", "binary", "-format", "json", binary)
	build.Dir, scan.Dir = root, root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr, scan.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	out, err := scan.Output()
	if err != nil {
		return nil, err
	}
	image, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		return nil, err
	}
	found, err := reached(out)
	return ofRelease(found, image), err
}

// reached reads what govulncheck found: only what has a vulnerable function in the binary counts.
func reached(out []byte) ([]vulnerability, error) {
	found, about := make(map[string]vulnerability), make(map[string]string)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var m struct {
			OSV     *struct{ ID, Summary string }
			Finding *struct {
				OSV   string
				Fixed string `json:"fixed_version"`
				Trace []struct{ Module, Version, Function string }
			}
		}
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if m.OSV != nil {
			about[m.OSV.ID] = m.OSV.Summary
		}
		if f := m.Finding; f != nil && len(f.Trace) > 0 && f.Trace[0].Function != "" {
			found[f.OSV] = vulnerability{f.OSV, f.Trace[0].Module + " " + f.Trace[0].Version, f.Fixed, about[f.OSV]}
		}
	}
	if len(about) == 0 {
		return nil, errors.New("govulncheck knows of no vulnerability at all, fixed ones included: its database is empty")
	}
	var all []vulnerability
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[id])
	}
	return all, nil
}

// ofRelease leaves out what the Go that the image is built with has fixed. The Go of the machine is not decided here: that
// it is older is said, and is nothing that a change of the sources could mend.
func ofRelease(found []vulnerability, image []byte) (left []vulnerability) {
	released := regexp.MustCompile(`golang:(\d+)\.(\d+)\.(\d+)`).FindSubmatch(image)
	var older []string
	for _, v := range found {
		if strings.HasPrefix(v.of, "stdlib ") && released != nil && !newer(v.fixed, string(bytes.Join(released[1:], []byte(".")))) {
			older = append(older, v.id)
			continue
		}
		left = append(left, v)
	}
	if len(older) > 0 {
		fmt.Printf("********\n******** The Go of this machine brings known vulnerabilities into the binary: %s.\n"+
			"******** Build releases with that of the Dockerfile, go%s, or a newer one.\n********\n", strings.Join(older, " "), bytes.Join(released[1:], []byte(".")))
	}
	return left
}

// newer tells whether one version is newer than another, and whether there is none.
func newer(one, other string) bool {
	var a, b [3]int
	if n, _ := fmt.Sscanf(strings.TrimLeft(one, "vgo"), "%d.%d.%d", &a[0], &a[1], &a[2]); n < 2 {
		return true
	}
	_, _ = fmt.Sscanf(other, "%d.%d.%d", &b[0], &b[1], &b[2])
	return slices.Compare(a[:], b[:]) > 0
}
