package queryplan

import (
	"context"
	"encoding/json"
	"strings"
)

// node is a part of a plan as PostgreSQL tells it.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Index    string `json:"Index Name"`
	Cond     string `json:"Index Cond"`
	Rows     int    `json:"Plan Rows"`
	Plans    []node
}

// sorted is how many rows may be: where there are a few, PostgreSQL rather sorts them than to follow an index.
const sorted = 100

// postgres is the plan of PostgreSQL for these values.
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
		visit(p.Plan, "", leading, &all)
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

// visit adds the steps of a node that is part of one which reads table.
func visit(n node, table string, leading map[string]string, all *[]step) {
	if n.Relation != "" {
		table = n.Relation
	}
	s := step{text: strings.Join([]string{n.Type, n.Relation, n.Index, n.Cond}, " "), table: table, index: n.Index}
	switch n.Type {
	case "Seq Scan":
		s.walks = true
	case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
		s.walks = !strings.Contains(n.Cond, leading[n.Index]) || n.Cond == ""
	case "Sort": // an Incremental Sort sorts what ties
		s.sorts = n.Rows > sorted
	}
	*all = append(*all, s)
	for _, below := range n.Plans {
		visit(below, table, leading, all)
	}
}
