package store

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Advice returns what an operator can do about an error of connecting to PostgreSQL, as a sentence, or an empty string.
func Advice(err error) string {
	var server *pgconn.PgError
	switch {
	case errors.As(err, &server) && server.Code == "08P01" && strings.Contains(server.Message, "unsupported startup parameter"):
		return "A connection pooler rejects a parameter of the connection: configure it as docs/install.md shows."
	case hasCode(err, "42P05", "26000"):
		return "A connection pooler gives each transaction another session of the server: add default_query_exec_mode=exec to TWOFOLD_DATABASE_URL, as docs/install.md shows."
	case errors.Is(err, pgconn.ErrReadOnlyConnection), errors.Is(err, pgconn.ErrStandbyConnection):
		return "No host in TWOFOLD_DATABASE_URL accepts writes: start or promote one, or add the primary to the hosts."
	case errors.Is(err, pgconn.ErrPrimaryConnection), errors.Is(err, pgconn.ErrReadWriteConnection):
		return "target_session_attrs in TWOFOLD_DATABASE_URL selects a standby, but Twofold must write: set it to read-write."
	case hasCode(err, "28P01", "28000"):
		return "Correct user and password in TWOFOLD_DATABASE_URL. Percent-encode every character of them that is not a letter or a digit."
	}
	return ""
}
