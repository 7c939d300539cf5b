package store

import (
	"database/sql/driver"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// bufferedRows are rows that have been read from the server.
type bufferedRows struct {
	columns []string
	rows    [][]driver.Value
}

func (r *bufferedRows) read(from pgx.Rows) error {
	defer from.Close()
	for _, f := range from.FieldDescriptions() {
		r.columns = append(r.columns, f.Name)
	}
	for from.Next() {
		values, err := from.Values()
		if err != nil {
			return err
		}
		row := make([]driver.Value, len(values))
		for i, v := range values {
			if row[i], err = toDriverValue(v); err != nil {
				return fmt.Errorf("read column %s: %w", r.columns[i], err)
			}
		}
		r.rows = append(r.rows, row)
	}
	return from.Err()
}

// toDriverValue converts a value of pgx to a [driver.Value]. It returns an error for types that this program does not store.
func toDriverValue(v any) (driver.Value, error) {
	switch v := v.(type) {
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	}
	if !driver.IsValue(v) {
		return nil, fmt.Errorf("unsupported type %T", v)
	}
	return v, nil
}

// Columns returns the names of the columns.
func (r *bufferedRows) Columns() []string { return r.columns }

// Close discards the rows that were not read.
func (r *bufferedRows) Close() error {
	r.rows = nil
	return nil
}

// Next copies the next row into row, or returns [io.EOF].
func (r *bufferedRows) Next(row []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(row, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
