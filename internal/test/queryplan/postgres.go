package queryplan

import (
	"context"
	"encoding/json"
	"strings"
)

// node is a node of a plan in PostgreSQL's JSON format.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Rows     int    `json:"Plan Rows"`
	Plans    []node
}

// maxSorted is the number of rows that may be sorted. PostgreSQL prefers sorting a few rows to reading an index in order.
const maxSorted = 100

// postgres returns PostgreSQL's plan of a statement with values.
func (g Database) postgres(ctx context.Context, statement string, values []any) ([]step, error) {
	var text []byte
	if err := g.DB.QueryRowContext(ctx, "EXPLAIN (FORMAT JSON) "+statement, values...).Scan(&text); err != nil {
		return nil, err
	}
	return steps(text)
}

func steps(text []byte) ([]step, error) {
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil {
		return nil, err
	}
	var all []step
	for _, p := range plans {
		appendSteps(p.Plan, "", &all)
	}
	return all, nil
}

// appendSteps appends the steps of a node and its children. table is the table that the parent node reads.
func appendSteps(n node, table string, all *[]step) {
	if n.Relation != "" {
		table = n.Relation
	}
	s := step{text: strings.Join([]string{n.Type, n.Relation, n.Index, n.Cond}, " "), table: table, index: n.Index}
	switch n.Type {
	case "Seq Scan":
		s.scans = true
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		s.scans = n.Cond == ""
	case "Sort": // an Incremental Sort only sorts rows with equal prefixes
		s.sorts = n.Rows > maxSorted
	}
	*all = append(*all, s)
	for _, child := range n.Plans {
		appendSteps(child, table, all)
	}
}
