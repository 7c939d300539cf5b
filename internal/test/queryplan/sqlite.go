package queryplan

import (
	"context"
	"slices"
	"strings"
)

// sqlite returns SQLite's plan of a statement. SEARCH stands for a lookup, and SCAN for reading everything
// (https://sqlite.org/eqp.html).
func (g Database) sqlite(ctx context.Context, statement string, values []any) (steps []step, err error) {
	rows, err := g.DB.QueryContext(ctx, "EXPLAIN QUERY PLAN "+statement, values...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	tables := make(map[int][]string) // by parent: the tables of one nested loop
	for rows.Next() {
		var id, parent, unused int
		s := step{}
		if err := rows.Scan(&id, &parent, &unused, &s.text); err != nil {
			return nil, err
		}
		words := strings.Fields(s.text)
		switch {
		case words[0] == "SEARCH" || words[0] == "SCAN" && words[1] != "CONSTANT":
			if s.table = tableOf(statement, words[1]); s.table == "" { // a subquery
				break
			}
			s.scans = words[0] == "SCAN"
			tables[parent] = append(tables[parent], s.table)
			if _, after, found := strings.Cut(s.text, "INDEX "); found {
				s.index, _, _ = strings.Cut(after, " ")
			}
		case strings.Contains(s.text, "TEMP B-TREE") && !strings.Contains(s.text, "LAST TERM"): // LAST TERM only sorts rows with equal prefixes
			s.sorts = slices.ContainsFunc(tables[parent], func(table string) bool { return few[table] == "" })
		}
		steps = append(steps, s)
	}
	return steps, rows.Err()
}
