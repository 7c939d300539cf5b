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

// vulnerability is a known vulnerability of a dependency.
type vulnerability struct{ id, of, fixed, summary string }

func (v vulnerability) String() string {
	fixed := v.fixed
	if fixed == "" {
		fixed = "no version"
	}
	return fmt.Sprintf("%s in %s, fixed in %s: %s", v.id, v.of, fixed, v.summary)
}

// notChecked is the error for a database that cannot be reached. A network problem fails no check, but it is printed
// prominently.
type notChecked struct{ why string }

func (n notChecked) Error() string { return n.why }

// checkVulnerabilities looks for vulnerabilities in the binary, and in the packages of the two npm lock files. It returns
// those that are not accepted as errors.
func checkVulnerabilities() error {
	accepted, err := readAccepted()
	if err != nil {
		return err
	}
	var failed []error
	for _, source := range []struct {
		what string
		look func() ([]vulnerability, error)
	}{
		{"the binary (govulncheck)", scanBinary},
		{"frontend (npm audit)", func() ([]vulnerability, error) { return auditPackages("frontend") }},
		{"the checks' own tools (npm audit)", func() ([]vulnerability, error) { return auditPackages(".ci") }},
	} {
		what := source.what
		found, err := source.look()
		var not notChecked
		switch {
		case errors.As(err, &not):
			fmt.Printf("********\n******** NOT CHECKED: %s: %v\n********\n", what, not)
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		}
		remaining := 0
		for _, v := range found {
			if why, ok := accepted[v.id]; ok {
				fmt.Printf("Accepted: %v\n  because %s\n", v, why)
				continue
			}
			remaining++
			failed = append(failed, fmt.Errorf("%v", v))
		}
		fmt.Printf("%s: %d known vulnerabilities, %d of them accepted.\n", what, len(found), len(found)-remaining)
	}
	if len(failed) > 0 {
		failed = append(failed, errors.New("upgrade the dependency, or add the id to .ci/dependencies/accepted.txt with the reason why it does no harm"))
	}
	return errors.Join(failed...)
}

// readAccepted returns the vulnerabilities in accepted.txt, with the reasons why they do no harm.
func readAccepted() (map[string]string, error) {
	content, err := os.ReadFile("accepted.txt")
	if err != nil {
		return nil, err
	}
	return parseReasons(string(content))
}

// parseReasons parses lines of an id and a reason. It returns an error for an id without a reason.
func parseReasons(content string) (map[string]string, error) {
	why := make(map[string]string)
	for line := range strings.Lines(content) {
		id, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if id == "" || strings.HasPrefix(id, "#") {
			continue
		}
		if len(reason) < 20 {
			return nil, fmt.Errorf("accepted.txt gives no reason for %s", id)
		}
		why[id] = reason
	}
	return why, nil
}

// The vulnerability database, and a copy of it in a Go module for machines that cannot reach it.
const (
	liveDatabase = "https://vuln.go.dev"
	copyModule   = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018"
	copySum      = "h1:mfngRv0Yoh0VApsXKEN82CjD99kl7mtparN3bs3JnqI="
)

// database returns the URL of the database for govulncheck: the live one, or else the copy.
func database() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if r, err := http.NewRequestWithContext(ctx, http.MethodGet, liveDatabase+"/index/db.json", nil); err != nil {
		return "", err
	} else if response, err := http.DefaultClient.Do(r); err == nil {
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return liveDatabase, nil
		}
	}
	out, err := exec.Command("go", "mod", "download", "-json", copyModule).Output()
	var module struct{ Dir, Sum, Error string }
	if json.Unmarshal(out, &module) != nil || err != nil || module.Error != "" {
		return "", notChecked{liveDatabase + " is not reachable, and " + copyModule + " cannot be downloaded: " + module.Error}
	}
	if module.Sum != copySum {
		return "", fmt.Errorf("%s has the sum %s, want %s", copyModule, module.Sum, copySum)
	}
	fmt.Printf("********\n******** %s is not reachable. Checked against its copy\n******** %s, which lacks later vulnerabilities.\n********\n", liveDatabase, copyModule)
	return "file://" + filepath.ToSlash(filepath.Join(module.Dir, "data", "osv")), nil
}

// scanBinary returns the vulnerabilities that govulncheck finds in the binary. It builds a binary with symbols for that.
func scanBinary() ([]vulnerability, error) {
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
	found, err := parseGovulncheck(out)
	return unfixedInRelease(found, image), err
}

// parseGovulncheck parses the output of govulncheck. It returns only vulnerabilities with a vulnerable function in the binary.
func parseGovulncheck(out []byte) ([]vulnerability, error) {
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
		return nil, errors.New("the database of govulncheck is empty")
	}
	var all []vulnerability
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[id])
	}
	return all, nil
}

// unfixedInRelease returns the vulnerabilities that the Go version of the Dockerfile has not fixed. If only this machine's Go
// is too old, unfixedInRelease prints a warning, because no change of the sources would help.
func unfixedInRelease(found []vulnerability, image []byte) (left []vulnerability) {
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
		fmt.Printf("********\n******** The Go version of this machine adds known vulnerabilities to the binary: %s.\n"+
			"******** Build releases with go%s, the version of the Dockerfile, or newer.\n********\n", strings.Join(older, " "), bytes.Join(released[1:], []byte(".")))
	}
	return left
}

// newer reports whether one is a newer version than other. No version counts as newer.
func newer(one, other string) bool {
	var a, b [3]int
	if n, _ := fmt.Sscanf(strings.TrimLeft(one, "vgo"), "%d.%d.%d", &a[0], &a[1], &a[2]); n < 2 {
		return true
	}
	_, _ = fmt.Sscanf(other, "%d.%d.%d", &b[0], &b[1], &b[2])
	return slices.Compare(a[:], b[:]) > 0
}
