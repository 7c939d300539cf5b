package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm/schema"
)

// rowTypes are all row types of this package.
var rowTypes = []interface{ TableName() string }{
	accountRow{}, sessionRow{}, signInRow{}, stepUpRow{}, methodRow{}, enrollmentRow{}, attemptRow{}, keysetRow{}, signingKeyRow{},
	entryRow{}, headRow{}, messageRow{}, linkRow{}, recoveryCodeRow{}, deviceRow{},
	pendingAddressRow{}, resetRequestRow{}, linkMailRow{}, removalRow{}, leaseRow{}, anchorRow{}, restoreStateRow{},
}

func TestSchema_RowTypesMatchTables(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	tables := tablesOf(t, db)
	for _, row := range rowTypes {
		parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		must(t, err)
		got := slices.Sorted(slices.Values(parsed.DBNames))
		want := slices.Sorted(maps.Keys(tables[row.TableName()]))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("columns of %T, - in the table, + in the struct:\n%s", row, diff)
		}
		for _, field := range parsed.Fields {
			kind := tables[row.TableName()][field.DBName]
			if want := sqlTypeOf(db, field); kind != want {
				t.Errorf("%T.%s is %s in the table, want %s", row, field.Name, kind, want)
			}
		}
		delete(tables, row.TableName())
	}
	for table := range tables {
		t.Errorf("table %s has no row type", table)
	}
}

// sqlTypeOf returns the type that the column of a field must have, as columnsOf names it. SQLite has no BOOLEAN.
func sqlTypeOf(db *DB, field *schema.Field) string {
	switch field.DataType {
	case schema.String:
		return "TEXT"
	case schema.Bytes:
		return "BYTES"
	case schema.Bool:
		if db.goose == goose.DialectPostgres {
			return "BOOLEAN"
		}
	}
	return "INTEGER"
}

func TestSchema_EveryRowTypeIsCompared(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	found := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "TableName" {
				found++
			}
		}
	}
	if found != len(rowTypes) {
		t.Errorf("rowTypes lists %d types, the package has %d", len(rowTypes), found)
	}
}

// columnsOf are queries for the columns of all tables, with the same type names for both databases: TEXT, BYTES, INTEGER, BOOLEAN.
var columnsOf = map[string]string{
	"migrations/sqlite": `SELECT t.name AS of_table, c.name, CASE c.type WHEN 'BLOB' THEN 'BYTES' ELSE c.type END AS type,
			c."notnull" = 0 AND c.pk = 0 AS nullable
		FROM pragma_table_list t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version'`,
	"migrations/postgres": `SELECT table_name AS of_table, column_name AS name,
			CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BYTES' ELSE upper(data_type) END AS type,
			is_nullable = 'YES' AS nullable
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose_%'`,
}

type column struct {
	OfTable, Name, Type string
	Nullable            bool
}

func columns(t *testing.T, db *DB) []column {
	t.Helper()
	var all []column
	must(t, db.read.Raw(columnsOf[db.folder]+" ORDER BY 1, 2").Scan(&all).Error)
	return all
}

// tablesOf returns the columns of each table, except goose's, with their types.
func tablesOf(t *testing.T, db *DB) map[string]map[string]string {
	t.Helper()
	tables := make(map[string]map[string]string)
	for _, c := range columns(t, db) {
		if tables[c.OfTable] == nil {
			tables[c.OfTable] = make(map[string]string)
		}
		tables[c.OfTable][c.Name] = c.Type
	}
	return tables
}

// nulls are the nullable columns: an unknown signing key, and a sign-in without an enrollment.
var nulls = map[string]bool{"step_ups.kid": true, "sign_ins.sealed_key": true}

func TestSchema_NullableColumns(t *testing.T) {
	t.Parallel()
	for _, c := range columns(t, newDB(t)) {
		if where := c.OfTable + "." + c.Name; c.Nullable != nulls[where] {
			t.Errorf("%s is nullable: %t, want %t", where, c.Nullable, nulls[where])
		}
	}
}

func TestSchema_SQLiteTablesAreStrict(t *testing.T) {
	t.Parallel()
	db := newSQLiteDB(t)
	for table := range tablesOf(t, db) {
		var strict bool
		must(t, db.read.Raw("SELECT strict FROM pragma_table_list(?)", table).Scan(&strict).Error)
		if !strict {
			t.Errorf("%s is not STRICT", table)
		}
	}
}

func TestSchema_ForeignKeysHaveAnIndex(t *testing.T) {
	t.Parallel()
	db := newSQLiteDB(t) // TestDialects_SameIndexes compares PostgreSQL's with these
	for table := range tablesOf(t, db) {
		var bare []string
		must(t, db.read.Raw(`SELECT k."from" FROM pragma_foreign_key_list(?) k WHERE NOT EXISTS (
			SELECT 1 FROM pragma_index_list(?) i JOIN pragma_index_info(i.name) c WHERE c.seqno = 0 AND c.name = k."from")`,
			table, table).Scan(&bare).Error)
		if len(bare) > 0 {
			t.Errorf("%s has no index that begins with %v: deleting an account would scan the table", table, bare)
		}
	}
}

// schemaTexts are queries for everything in a schema that a migration can change.
var schemaTexts = map[string]string{
	"migrations/sqlite": "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY type, name",
	"migrations/postgres": `SELECT * FROM (
		SELECT concat_ws(' ', table_name, column_name, data_type, column_default, is_nullable) FROM information_schema.columns WHERE table_schema = current_schema()
		UNION SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
		UNION SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
	) AS all_of_it ORDER BY 1`,
}

func schemaText(t *testing.T, db *DB) []string {
	t.Helper()
	var text []string
	must(t, db.read.Raw(schemaTexts[db.folder]).Scan(&text).Error)
	return text
}
