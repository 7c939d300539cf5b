package store

import (
	"context"
	"fmt"
	"slices"

	"twofold/internal/account"
	"twofold/internal/keyring"
)

// sealedColumn is a column of values that are encrypted with a key of the keyset. Each value is bound to its owner, an SQL
// expression, and to its id.
type sealedColumn struct{ table, column, id, owner string }

// sealedColumns are all encrypted columns, except that of the keyset itself, which is encrypted with the master key.
var sealedColumns = []sealedColumn{
	{table: "signing_keys", column: "sealed", id: "kid", owner: "'" + keyring.SigningOwner + "'"},
	{table: "mfa_methods", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "enrollments", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "sign_ins", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "outbox", column: "sealed", id: "id", owner: "account_id"},
	{table: "reset_requests", column: "sealed", id: "id", owner: "'" + account.ResetSealOwner + "'"},
}

// SealedTables lists the tables with an encrypted column.
func (s Keys) SealedTables() []string {
	tables := make([]string, len(sealedColumns))
	for i, c := range sealedColumns {
		tables[i] = c.table
	}
	return tables
}

func columnOf(table string) sealedColumn {
	i := slices.IndexFunc(sealedColumns, func(c sealedColumn) bool { return c.table == table })
	return sealedColumns[i]
}

// NotSealedWith lists values that do not begin with the prefix of a key, in the order of their ids. It skips empty values, such
// as the erased text of a message that was sent.
func (s Keys) NotSealedWith(ctx context.Context, table string, prefix []byte, after string, limit int) ([]keyring.SealedRow, error) {
	c := columnOf(table)
	var rows []keyring.SealedRow
	err := s.reader(ctx).Raw(fmt.Sprintf(
		`SELECT %[1]s AS id, %[2]s AS owner, %[3]s AS text FROM %[4]s
		WHERE %[1]s > ? AND length(%[3]s) > 0 AND substr(%[3]s, 1, %[5]d) <> ? ORDER BY %[1]s LIMIT ?`,
		c.id, c.owner, c.column, c.table, len(prefix)), after, prefix, limit).Scan(&rows).Error
	return rows, err
}

// Reencrypt replaces an encrypted value by another of the same content. It reports false if the value has changed meanwhile.
func (s Keys) Reencrypt(ctx context.Context, table string, was keyring.SealedRow, text []byte) (bool, error) {
	c := columnOf(table)
	tx := s.writer(ctx).Exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ? AND %[2]s = ?", c.table, c.column, c.id), text, was.ID, was.Text)
	return tx.RowsAffected == 1, tx.Error
}

// SealedPrefixes lists the distinct prefixes of the encrypted values.
func (s Keys) SealedPrefixes(ctx context.Context, table string, size int) ([][]byte, error) {
	c := columnOf(table)
	var prefixes [][]byte
	err := s.reader(ctx).Raw(fmt.Sprintf(
		"SELECT DISTINCT substr(%[1]s, 1, %[2]d) FROM %[3]s WHERE length(%[1]s) > 0", c.column, size, c.table)).Scan(&prefixes).Error
	return prefixes, err
}
