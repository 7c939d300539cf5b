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
	var plans []struct{ Plan node }
	if err := json.Unmarshal(text, &plans); err != nil {
		return nil, err
	}
	leading, err := g.leadingColumns(ctx)
	if err != nil {
		return nil, err
	}
	var all []step
	for _, p := range plans {
		appendSteps(p.Plan, "", leading, &all)
	}
	return all, nil
}

// leadingColumns returns the first column of each index. PostgreSQL reads all of an index if the condition does not name that.
func (g Database) leadingColumns(ctx context.Context) (map[string]string, error) {
	rows, err := g.DB.QueryContext(ctx, `SELECT i.relname, coalesce(a.attname, '') FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
		LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	leading := make(map[string]string)
	for rows.Next() {
		var index, column string
		if err := rows.Scan(&index, &column); err != nil {
			return nil, err
		}
		leading[index] = column
	}
	return leading, rows.Err()
}

// appendSteps appends the steps of a node and its children. table is the table that the parent node reads.
func appendSteps(n node, table string, leading map[string]string, all *[]step) {
	if n.Relation != "" {
		table = n.Relation
	}
	s := step{text: strings.Join([]string{n.Type, n.Relation, n.Index, n.Cond}, " "), table: table, index: n.Index}
	switch n.Type {
	case "Seq Scan":
		s.scans = true
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		s.scans = n.Cond == "" || !strings.Contains(n.Cond, leading[n.Index])
	case "Sort": // an Incremental Sort only sorts rows with equal prefixes
		s.sorts = n.Rows > maxSorted
	}
	*all = append(*all, s)
	for _, child := range n.Plans {
		appendSteps(child, table, leading, all)
	}
}
