package store

import (
	"context"
	"fmt"
	"slices"

	"twofold/internal/account"
	"twofold/internal/keyring"
)

// sealedColumn is where sealed things lie, and what they were sealed for: the value of owner, an SQL expression, and of id.
type sealedColumn struct{ table, column, id, owner string }

// sealedColumns are all but the keyset's own, which lies under the master key.
var sealedColumns = []sealedColumn{
	{table: "signing_keys", column: "sealed", id: "kid", owner: "'" + keyring.SigningOwner + "'"},
	{table: "mfa_methods", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "enrollments", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "sign_ins", column: "sealed_key", id: "id", owner: "account_id"},
	{table: "outbox", column: "sealed", id: "id", owner: "account_id"},
	{table: "reset_requests", column: "sealed", id: "id", owner: "'" + account.ResetSealOwner + "'"},
}

// SealedTables lists where sealed things lie.
func (s Keys) SealedTables() []string {
	places := make([]string, len(sealedColumns))
	for i, c := range sealedColumns {
		places[i] = c.table
	}
	return places
}

func columnOf(place string) sealedColumn {
	i := slices.IndexFunc(sealedColumns, func(c sealedColumn) bool { return c.table == place })
	return sealedColumns[i]
}

// NotSealedWith lists what does not begin as it would if it was sealed with the newest key, in the order of the ids. What was
// sent and emptied is nothing.
func (s Keys) NotSealedWith(ctx context.Context, place string, prefix []byte, after string, limit int) ([]keyring.SealedRow, error) {
	c := columnOf(place)
	var rows []keyring.SealedRow
	err := s.reader(ctx).Raw(fmt.Sprintf(
		`SELECT %[1]s AS id, %[2]s AS owner, %[3]s AS text FROM %[4]s
		WHERE %[1]s > ? AND length(%[3]s) > 0 AND substr(%[3]s, 1, %[5]d) <> ? ORDER BY %[1]s LIMIT ?`,
		c.id, c.owner, c.column, c.table, len(prefix)), after, prefix, limit).Scan(&rows).Error
	return rows, err
}

// Reencrypt changes how a thing is sealed, unless the thing has changed meanwhile.
func (s Keys) Reencrypt(ctx context.Context, place string, was keyring.SealedRow, text []byte) (bool, error) {
	c := columnOf(place)
	tx := s.writer(ctx).Exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ? AND %[2]s = ?", c.table, c.column, c.id), text, was.ID, was.Text)
	return tx.RowsAffected == 1, tx.Error
}

// SealedPrefixes lists how sealed things begin, each beginning once.
func (s Keys) SealedPrefixes(ctx context.Context, place string, size int) ([][]byte, error) {
	c := columnOf(place)
	var prefixes [][]byte
	err := s.reader(ctx).Raw(fmt.Sprintf(
		"SELECT DISTINCT substr(%[1]s, 1, %[2]d) FROM %[3]s WHERE length(%[1]s) > 0", c.column, size, c.table)).Scan(&prefixes).Error
	return prefixes, err
}
