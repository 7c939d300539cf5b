package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// auditPackages returns the vulnerabilities that npm's registry reports for the lock file of a folder.
func auditPackages(folder string) ([]vulnerability, error) {
	command := exec.Command("npm", "audit", "--json", "--package-lock-only")
	command.Dir = filepath.Join(root, folder)
	out, err := command.Output() // npm audit also fails if it finds something
	found, parseErr := parseAudit(out)
	if parseErr != nil && err != nil {
		return nil, notChecked{fmt.Sprintf("npm's registry gives no report: %v", parseErr)}
	}
	return found, parseErr
}

// parseAudit parses the report of npm audit.
func parseAudit(out []byte) ([]vulnerability, error) {
	var report struct {
		Version         int `json:"auditReportVersion"`
		Message         string
		Vulnerabilities map[string]struct {
			Range string
			Via   []json.RawMessage
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, err
	}
	if report.Version == 0 {
		return nil, fmt.Errorf("no report, but %q", strings.TrimSpace(report.Message))
	}
	var all []vulnerability
	for name, of := range report.Vulnerabilities {
		for _, via := range of.Via {
			var advice struct{ Title, URL string }
			if json.Unmarshal(via, &advice) != nil { // the name of another package, which has its own entry
				continue
			}
			all = append(all, vulnerability{id: path.Base(advice.URL), of: name + " " + of.Range, summary: advice.Title})
		}
	}
	slices.SortFunc(all, func(a, b vulnerability) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}
