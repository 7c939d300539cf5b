package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm/schema"
)

// everyRow is one of each row type of this package.
var everyRow = []interface{ TableName() string }{
	accountRow{}, sessionRow{}, signInRow{}, stepUpRow{}, methodRow{}, enrollmentRow{}, attemptRow{}, keysetRow{}, signingKeyRow{},
	entryRow{}, headRow{}, messageRow{}, linkRow{}, recoveryCodeRow{}, deviceRow{},
	pendingAddressRow{}, resetRequestRow{}, linkMailRow{}, removalRow{},
}

func TestRowsAndTablesHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	tables := tablesOf(t, db)
	for _, row := range everyRow {
		parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		must(t, err)
		got := slices.Sorted(slices.Values(parsed.DBNames))
		want := slices.Sorted(maps.Keys(tables[row.TableName()]))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("columns of %T, - in the table, + in the row:\n%s", row, diff)
		}
		for _, field := range parsed.Fields {
			kind := tables[row.TableName()][field.DBName]
			if want := sqlTypeOf(field); kind != want {
				t.Errorf("%T.%s is %s in the table, want %s", row, field.Name, kind, want)
			}
		}
		delete(tables, row.TableName())
	}
	for table := range tables {
		t.Errorf("table %s has no row type", table)
	}
}

// sqlTypeOf is the STRICT type that a field must lie in.
func sqlTypeOf(field *schema.Field) string {
	switch field.DataType {
	case schema.String:
		return "TEXT"
	case schema.Bytes:
		return "BLOB"
	}
	return "INTEGER"
}

func TestEveryRowTypeOfThePackageIsCompared(t *testing.T) {
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
	if found != len(everyRow) {
		t.Errorf("%d row types are compared with their tables, the package has %d", len(everyRow), found)
	}
}

// tablesOf answers our tables, and of each the columns with their types.
func tablesOf(t *testing.T, db *DB) map[string]map[string]string {
	t.Helper()
	var names []string
	must(t, db.read.Raw("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'").Scan(&names).Error)
	tables := make(map[string]map[string]string)
	for _, table := range names {
		var columns []struct{ Name, Type string }
		must(t, db.read.Raw("SELECT name, type FROM pragma_table_info(?)", table).Scan(&columns).Error)
		tables[table] = make(map[string]string)
		for _, c := range columns {
			tables[table][c.Name] = c.Type
		}
	}
	return tables
}

// nulls are the columns that take NULL: a key that leads nowhere.
var nulls = map[string][]string{"step_ups": {"kid"}}

func TestEveryTableIsStrictAndNoOtherColumnTakesNull(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	for table := range tablesOf(t, db) {
		var strict bool
		must(t, db.read.Raw("SELECT strict FROM pragma_table_list(?)", table).Scan(&strict).Error)
		if !strict {
			t.Errorf("%s is not STRICT", table)
		}
		var nullable []string
		must(t, db.read.Raw(`SELECT name FROM pragma_table_info(?) WHERE "notnull" = 0 AND pk = 0`, table).Scan(&nullable).Error)
		if !slices.Equal(nullable, nulls[table]) {
			t.Errorf("%s takes NULL in %v, want %v", table, nullable, nulls[table])
		}
	}
}

func TestForeignKeysToAnAccountHaveAnIndex(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	for table := range tablesOf(t, db) {
		var bare []string
		must(t, db.read.Raw(`SELECT k."from" FROM pragma_foreign_key_list(?) k WHERE NOT EXISTS (
			SELECT 1 FROM pragma_index_list(?) i JOIN pragma_index_info(i.name) c WHERE c.seqno = 0 AND c.name = k."from")`,
			table, table).Scan(&bare).Error)
		if len(bare) > 0 {
			t.Errorf("%s has no index that begins with %v: ending an account would read the whole table", table, bare)
		}
	}
}

func TestMigrationsGoUpAndDownAndUpAgain(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	before := schemaText(t, db)
	pool, err := db.write.DB()
	must(t, err)
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	must(t, err)
	provider, err := goose.NewProvider(goose.DialectSQLite3, pool, dir)
	must(t, err)

	_, err = provider.DownTo(ctx, 0)
	must(t, err)
	if left := tablesOf(t, db); len(left) > 0 {
		t.Errorf("after going down there are still %v", slices.Collect(maps.Keys(left)))
	}
	if migrated, err := db.Migrated(ctx); err != nil || migrated {
		t.Errorf("Migrated() = %v, %v after going down, want false", migrated, err)
	}
	must(t, db.Migrate(ctx))
	if diff := cmp.Diff(before, schemaText(t, db)); diff != "" {
		t.Errorf("the schema is another after going down and up, - before, + after:\n%s", diff)
	}
	ada(t, db)
}

func TestMigratingAgainKeepsEverything(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	before := schemaText(t, db)
	must(t, db.Migrate(ctx))
	if diff := cmp.Diff(before, schemaText(t, db)); diff != "" {
		t.Errorf("the schema changed:\n%s", diff)
	}
	if n := rows(t, db, "accounts"); n != 1 {
		t.Errorf("%d accounts after migrating again, want 1", n)
	}
}

func schemaText(t *testing.T, db *DB) []string {
	t.Helper()
	var text []string
	must(t, db.read.Raw("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY type, name").Scan(&text).Error)
	return text
}
