// Problemtable writes the table of problem codes in docs/troubleshoot.md from x-problems in openapi.yaml. It is part of
// make generate.
//
// Usage: problemtable openapi.yaml docs/troubleshoot.md
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// rows matches the table's rows below its header.
var rows = regexp.MustCompile("(?m)(^\\| code \\| .*\n\\|---.*\n)(?:\\| `.*\n)*")

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: problemtable openapi.yaml docs/troubleshoot.md")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "problemtable:", err)
		os.Exit(1)
	}
}

func run(contract, page string) error {
	doc, err := openapi3.NewLoader().LoadFromFile(contract)
	if err != nil {
		return fmt.Errorf("read contract: %w", err)
	}
	code := doc.Components.Schemas["ProblemCode"].Value
	problems, _ := code.Extensions["x-problems"].(map[string]any)
	var table strings.Builder
	for _, name := range code.Enum {
		texts, _ := problems[fmt.Sprint(name)].(map[string]any)
		fmt.Fprintf(&table, "| `%v` | %v | %v |\n", name, texts["meaning"], texts["action"])
	}
	text, err := os.ReadFile(page) //nolint:gosec // the path is an argument
	if err != nil {
		return err
	}
	at := rows.FindSubmatchIndex(text)
	if at == nil {
		return fmt.Errorf("%s has no table with the header | code |", page)
	}
	text = []byte(string(text[:at[3]]) + table.String() + string(text[at[1]:]))
	return os.WriteFile(page, text, 0o644) //nolint:gosec // a document
}
