package queryplan

import (
	"context"
	"slices"
	"strings"
)

// sqlite is the plan of SQLite, which says SEARCH for a look-up and SCAN for the rest (https://sqlite.org/eqp.html).
func (g Database) sqlite(ctx context.Context, statement string, values []any) (steps []step, err error) {
	rows, err := g.DB.QueryContext(ctx, "EXPLAIN QUERY PLAN "+statement, values...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	beside := make(map[int][]string) // the tables that are read in one loop, one inside the other
	for rows.Next() {
		var id, parent, unused int
		s := step{}
		if err := rows.Scan(&id, &parent, &unused, &s.text); err != nil {
			return nil, err
		}
		words := strings.Fields(s.text)
		switch {
		case words[0] == "SEARCH" || words[0] == "SCAN" && words[1] != "CONSTANT":
			if s.table = called(statement, words[1]); s.table == "" { // a subquery
				break
			}
			s.walks = words[0] == "SCAN"
			beside[parent] = append(beside[parent], s.table)
			if _, after, found := strings.Cut(s.text, "INDEX "); found {
				s.index, _, _ = strings.Cut(after, " ")
			}
		case strings.Contains(s.text, "TEMP B-TREE") && !strings.Contains(s.text, "LAST TERM"): // that sorts what ties
			s.sorts = slices.ContainsFunc(beside[parent], func(table string) bool { return few[table] == "" })
		}
		steps = append(steps, s)
	}
	return steps, rows.Err()
}
