package store

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/pgserver"
)

// newSQLiteAndPostgres opens a migrated database of each kind.
func newSQLiteAndPostgres(t *testing.T) (file, server *DB) {
	t.Helper()
	return newSQLiteDB(t), openMigrated(t, databaseURL(pgserver.Database(t)))
}

func TestDialects_SameMigrations(t *testing.T) {
	t.Parallel()
	var names [2][]string
	for i, folder := range []string{"migrations/sqlite", "migrations/postgres"} {
		entries, err := fs.ReadDir(migrations, folder)
		must(t, err)
		for _, e := range entries {
			names[i] = append(names[i], e.Name())
		}
	}
	if diff := cmp.Diff(names[0], names[1]); diff != "" {
		t.Errorf("- SQLite, + PostgreSQL:\n%s", diff)
	}
}

func TestDialects_SameColumns(t *testing.T) {
	t.Parallel()
	file, server := newSQLiteAndPostgres(t)
	text := func(db *DB) []string {
		var lines []string
		for _, c := range columns(t, db) {
			kind := strings.ReplaceAll(c.Type, "BOOLEAN", "INTEGER") // SQLite has no BOOLEAN
			lines = append(lines, fmt.Sprintf("%s.%s %s nullable=%t", c.OfTable, c.Name, kind, c.Nullable))
		}
		slices.Sort(lines)
		return lines
	}
	if diff := cmp.Diff(text(file), text(server)); diff != "" {
		t.Errorf("- SQLite, + PostgreSQL:\n%s", diff)
	}
}

// indexesOf are queries for each index as "table (columns) where …", with "unique" if it is. They include those of primary keys.
var indexesOf = map[string]string{
	"migrations/sqlite": `SELECT m.name || ' ' || (CASE i."unique" WHEN 1 THEN 'unique ' ELSE '' END) || '(' ||
			(SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' ||
			coalesce((SELECT lower(substr(sql, instr(sql, ' WHERE '))) FROM sqlite_master WHERE name = i.name AND sql LIKE '% WHERE %'), '')
		FROM sqlite_master m JOIN pragma_index_list(m.name) i
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' AND m.name NOT IN ('sealing_keysets', 'epochs')`,
	"migrations/postgres": `SELECT indexdef FROM pg_indexes
		WHERE schemaname = current_schema() AND tablename NOT LIKE 'goose_%' AND tablename NOT IN ('sealing_keysets', 'epochs')`,
}

// definition matches PostgreSQL's definition of an index.
var definition = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX \S+ ON \w+\.(\w+) USING btree (\(.*?\))( WHERE .*)?$`)

func indexes(t *testing.T, db *DB) []string {
	t.Helper()
	var found []string
	must(t, db.read.Raw(indexesOf[db.folder]).Scan(&found).Error)
	for i, text := range found {
		if m := definition.FindStringSubmatch(text); m != nil {
			found[i] = m[2] + " " + strings.ToLower(m[1]) + m[3] + strings.ToLower(strings.NewReplacer("(", "", ")", "", "::text", "").Replace(m[4]))
		}
	}
	slices.Sort(found)
	// SQLite's index on the addresses has this order anyway.
	found = slices.DeleteFunc(found, func(text string) bool { return text == `accounts (email COLLATE "C")` })
	// The databases count the bytes of a text with different functions.
	found = slices.DeleteFunc(found, func(text string) bool {
		return strings.HasPrefix(text, "accounts (id) where") && strings.Contains(text, "notice_email")
	})
	return slices.Compact(found)
}

// TestDialects_SameIndexes leaves out the two tables of one row, whose integer key is the row number in SQLite.
func TestDialects_SameIndexes(t *testing.T) {
	t.Parallel()
	file, server := newSQLiteAndPostgres(t)
	if diff := cmp.Diff(indexes(t, file), indexes(t, server)); diff != "" {
		t.Errorf("- SQLite, + PostgreSQL:\n%s", diff)
	}
}

// keysOf are queries for each foreign key as "table.column references table on delete …".
var keysOf = map[string]string{
	"migrations/sqlite": `SELECT m.name || '.' || k."from" || ' references ' || k."table" || ' on delete ' || lower(k.on_delete)
		FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'`,
	"migrations/postgres": `SELECT k.table_name || '.' || k.column_name || ' references ' || c.table_name || ' on delete ' || lower(r.delete_rule)
		FROM information_schema.referential_constraints r
		JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
		JOIN information_schema.constraint_column_usage c USING (constraint_schema, constraint_name)
		WHERE r.constraint_schema = current_schema()`,
}

func TestDialects_SameForeignKeys(t *testing.T) {
	t.Parallel()
	file, server := newSQLiteAndPostgres(t)
	keys := func(db *DB) []string {
		var found []string
		must(t, db.read.Raw(keysOf[db.folder]).Scan(&found).Error)
		slices.Sort(found)
		return found
	}
	if diff := cmp.Diff(keys(file), keys(server)); diff != "" || len(keys(file)) < 8 {
		t.Errorf("%d in SQLite; - SQLite, + PostgreSQL:\n%s", len(keys(file)), diff)
	}
}
