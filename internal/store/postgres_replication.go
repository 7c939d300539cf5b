package store

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errUnreplicated means that a commit is on the primary only, although a synchronous standby is configured. If the primary
// fails now, the commit is lost. Its outcome is as unknown as that of a connection that breaks during a commit. Statements outside
// of transactions do not return it: no change that a response acknowledges rests on them alone.
var errUnreplicated = errors.New("a synchronous standby did not confirm the commit")

// unreplicated is the key of a mark in the data of a connection.
const unreplicated = "twofold.unreplicated"

// noteUnreplicated marks a connection whose commit stopped waiting for the synchronous standbys, because the statement timeout
// expired or the server shuts down. PostgreSQL reports such a commit as successful, with a warning. The text of the warning is
// translated; the function that emits it (syncrep.c) is not.
func noteUnreplicated(conn *pgconn.PgConn, warning *pgconn.Notice) {
	if warning.Routine == "SyncRepWaitForLSN" {
		conn.CustomData()[unreplicated] = true
	}
}

// takeUnreplicated clears the mark of a connection and returns errUnreplicated if it was set.
func takeUnreplicated(conn *stdlib.Conn) error {
	marks := conn.Conn().PgConn().CustomData()
	if marks[unreplicated] == nil {
		return nil
	}
	delete(marks, unreplicated)
	return errUnreplicated
}
