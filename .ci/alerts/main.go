// Alerts checks docs/alerts.yml and docs/grafana/twofold.json with the parser of Prometheus: every expression must be PromQL,
// and every metric and label in it must be in the table of docs/operate.md. A test of the product compares that table with
// a scrape.
//
// It is a separate module, so that Prometheus stays out of the product's go.mod.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

func main() {
	docs := filepath.Join("..", "..", "docs")
	known, err := readTable(filepath.Join(docs, "operate.md"))
	if err == nil {
		err = errors.Join(checkRules(filepath.Join(docs, "alerts.yml"), known), checkDashboard(filepath.Join(docs, "grafana", "twofold.json"), known))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// metrics maps the name of each metric to its labels.
type metrics map[string][]string

// scrapeLabels are the labels that Prometheus adds to every metric that it scrapes.
var scrapeLabels = []string{"job", "instance"}

var row = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (counter|gauge|histogram) \\|([^|]*)\\|")

// readTable returns the metrics in the table of the file path, and up, which Prometheus itself provides.
func readTable(path string) (metrics, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	known := metrics{"up": nil}
	for _, found := range row.FindAllStringSubmatch(string(text), -1) {
		name, labels := found[1], regexp.MustCompile(`\w+`).FindAllString(found[3], -1)
		if found[2] != "histogram" {
			known[name] = labels
			continue
		}
		known[name+"_bucket"], known[name+"_sum"], known[name+"_count"] = append(slices.Clone(labels), "le"), labels, labels
	}
	if len(known) < 10 {
		return nil, fmt.Errorf("%s has a table of only %d metrics; has the form of the table changed?", path, len(known))
	}
	return known, nil
}

// rules is a file of alerting rules (https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/).
type rules struct {
	Groups []struct {
		Name     string
		Interval model.Duration
		Rules    []rule
	}
}

type rule struct {
	Alert       string
	Expr        string
	For         model.Duration
	Labels      map[string]string
	Annotations map[string]string
}

// checkRules reports every rule in the file path that is incomplete, or whose expression or texts are wrong.
func checkRules(path string, known metrics) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	var read rules
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(&read); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var problems []error
	seen := map[string]bool{}
	for _, group := range read.Groups {
		for _, r := range group.Rules {
			if r.Alert == "" || seen[r.Alert] || r.For == 0 || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				problems = append(problems, fmt.Errorf("%s: alert %q needs a unique name, for, a summary and a description", path, r.Alert))
			}
			seen[r.Alert] = true
			if s := r.Labels["severity"]; s != "page" && s != "ticket" {
				problems = append(problems, fmt.Errorf("%s: %s has severity %q, want page or ticket", path, r.Alert, s))
			}
			labels, err := check(r.Expr, known)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %s: %w", path, r.Alert, err))
			}
			problems = append(problems, checkTexts(r, labels))
		}
	}
	if len(seen) == 0 {
		problems = append(problems, fmt.Errorf("%s has no rules", path))
	}
	return errors.Join(problems...)
}

// checkTexts reports annotations that are not templates, and those that use a label that the expression drops.
func checkTexts(r rule, labels []string) error {
	text := func(any) string { return "" }
	functions := template.FuncMap{"humanize": text, "humanizeDuration": text, "humanizePercentage": text}
	var problems []error
	for name, annotation := range r.Annotations {
		if _, err := template.New(name).Funcs(functions).Parse("{{$labels := .}}{{$value := .}}" + annotation); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", r.Alert, err))
		}
		for _, used := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(annotation, -1) {
			if !slices.Contains(labels, used[1]) {
				problems = append(problems, fmt.Errorf("%s: %s uses the label %s, which the result of the expression does not have", r.Alert, name, used[1]))
			}
		}
	}
	return errors.Join(problems...)
}

// checkDashboard reports every panel in the file path without a title or queries, and every wrong expression.
func checkDashboard(path string, known metrics) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var board struct {
		Title, UID string
		Panels     []struct {
			Type, Title string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var problems []error
	expressions := 0
	for _, panel := range board.Panels {
		if panel.Title == "" || (panel.Type != "row" && len(panel.Targets) == 0) {
			problems = append(problems, fmt.Errorf("%s: panel %q has no title or no queries", path, panel.Title))
		}
		for _, target := range panel.Targets {
			expressions++
			expression := strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(target.Expr)
			if _, err := check(expression, known); err != nil {
				problems = append(problems, fmt.Errorf("%s: %s: %w", path, panel.Title, err))
			}
		}
	}
	if expressions == 0 {
		problems = append(problems, fmt.Errorf("%s has no queries", path))
	}
	return errors.Join(problems...)
}

// check parses an expression and returns the labels that its result can have. It reports unknown metrics and labels.
func check(expression string, known metrics) (labels []string, err error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return nil, err
	}
	var problems []error
	var all, kept []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			of, ok := known[n.Name]
			if !ok {
				problems = append(problems, fmt.Errorf("unknown metric %s", n.Name))
			}
			of = slices.Concat(of, scrapeLabels)
			for _, m := range n.LabelMatchers {
				if m.Name != "__name__" && !slices.Contains(of, m.Name) {
					problems = append(problems, fmt.Errorf("%s has no label %s", n.Name, m.Name))
				}
			}
			all = append(all, of...)
		case *parser.AggregateExpr:
			kept = append(kept, n.Grouping...)
		}
		return nil
	})
	for _, label := range kept {
		if !slices.Contains(all, label) {
			problems = append(problems, fmt.Errorf("no metric in the expression has the label %s", label))
		}
	}
	if kept == nil {
		kept = all
	}
	return kept, errors.Join(problems...)
}
