package store

import (
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/test/pgserver"
)

// roleNumber makes the names of roles unique, because they belong to the server and not to a database.
var roleNumber atomic.Int64

// newRole creates a role with a password that needs percent-encoding, and returns its name and the database's URL for it.
func newRole(t *testing.T, db *DB, at databaseURL) (role string, as databaseURL) {
	t.Helper()
	role = strings.ToLower(name("role", int(roleNumber.Add(1))))
	executeEach(t, db, `CREATE ROLE "`+role+`" LOGIN PASSWORD 'p@/#?%'`)
	u, err := url.Parse(string(at))
	must(t, err)
	u.User = url.UserPassword(role, "p@/#?%")
	return role, databaseURL(u.String())
}

func executeEach(t *testing.T, db *DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		must(t, db.write.Exec(statement).Error)
	}
}

// schemasOf returns the schemas that have a table of this name, and its owners.
func schemasOf(t *testing.T, db *DB, table string) (schemas, owners []string) {
	t.Helper()
	must(t, db.read.Raw("SELECT schemaname FROM pg_tables WHERE tablename = ?", table).Scan(&schemas).Error)
	must(t, db.read.Raw("SELECT tableowner FROM pg_tables WHERE tablename = ?", table).Scan(&owners).Error)
	return schemas, owners
}

func TestMigrate_SchemaAndRoleOfTheURL(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	for _, c := range []struct{ query, schema, owner string }{
		{"search_path=auth", "auth", "twofold"},
		{"search_path=auth,public", "auth", "twofold"},
		{"options=-c%20search_path%3Dauth", "auth", "twofold"},
		{"options=-csearch_path%3Dauth%20-c%20role%3DOWNER", "auth", "OWNER"},
		{"role=OWNER", "public", "OWNER"},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			at := databaseURL(pgserver.Database(t))
			admin := openDB(t, at, silent)
			owner, _ := newRole(t, admin, at)
			executeEach(t, admin, "CREATE SCHEMA auth", `GRANT ALL ON SCHEMA auth TO "`+owner+`"`, `GRANT ALL ON SCHEMA public TO "`+owner+`"`)
			db := openMigrated(t, at+"&"+databaseURL(strings.ReplaceAll(c.query, "OWNER", owner)))
			insertAda(t, db)
			must(t, errors.Join(db.Migrate(ctx), db.Ready(ctx)))
			for _, table := range []string{"accounts", "sealing_keysets", "goose_db_version", "goose_lock"} {
				schemas, owners := schemasOf(t, admin, table)
				if len(schemas) != 1 || schemas[0] != c.schema || owners[0] != strings.ReplaceAll(c.owner, "OWNER", owner) {
					t.Errorf("%s is in the schemas %v of %v, want %s of %s", table, schemas, owners, c.schema, c.owner)
				}
			}
		})
	}
}

// The role that serves may not create tables. Another one has migrated.
func TestMigrate_RoleWithoutTables(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	admin, at := newPostgresDB(t)
	role, as := newRole(t, admin, at)
	executeEach(t, admin, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "`+role+`"`)
	db := openMigrated(t, as)
	insertAda(t, db)
	if err := errors.Join(db.Ready(ctx), db.Migrate(ctx)); err != nil {
		t.Errorf("got %v", err)
	}
	if err := db.write.Exec("CREATE TABLE other (id BIGINT)").Error; err == nil {
		t.Error("the role created a table, so that the test shows nothing")
	}
}

func TestMigrate_MissingPrivilege(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	for what, c := range map[string]struct {
		prepare string // ROLE is the role that migrates
		query   databaseURL
		want    error
		text    string
	}{
		"may not create":           {"", "", ErrDenied, `role "ROLE" may not create tables in schema "public"`},
		"another schema":           {`CREATE SCHEMA auth; GRANT USAGE ON SCHEMA auth TO "ROLE"`, "&search_path=auth", ErrDenied, `may not create tables in schema "auth"`},
		"schema not usable":        {"CREATE SCHEMA auth", "&search_path=auth", ErrDenied, `none of the schemas in search_path exists, or role "ROLE" may not use them`},
		"no such schema":           {"", "&search_path=nosuch", ErrDenied, "none of the schemas in search_path exists"},
		"tables of another role":   {`GRANT ALL ON SCHEMA public TO "ROLE"; CREATE TABLE goose_db_version (id BIGINT, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP)`, "", ErrDenied, "migrate as the role that owns the tables"},
		"read-only transactions":   {`GRANT ALL ON SCHEMA public TO "ROLE"`, "&default_transaction_read_only=on", ErrReadOnly, "Name the primary"},
		"read-only by its options": {`GRANT ALL ON SCHEMA public TO "ROLE"`, "&options=-c%20default_transaction_read_only%3Don", ErrReadOnly, "Name the primary"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			at := databaseURL(pgserver.Database(t))
			admin := openDB(t, at, silent)
			role, as := newRole(t, admin, at)
			for statement := range strings.SplitSeq(strings.ReplaceAll(c.prepare, "ROLE", role), "; ") {
				executeEach(t, admin, statement)
			}
			begun := time.Now()
			err := openDB(t, as+c.query, silent).Migrate(ctx)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), strings.ReplaceAll(c.text, "ROLE", role)) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.text)
			}
			if took := time.Since(begun); took > 10*time.Second { // one try takes milliseconds; the retries took 16 s
				t.Errorf("it took %s, want an error at once", took)
			}
		})
	}
}
