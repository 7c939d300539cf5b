package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// planLifetime is how long a connection to PostgreSQL keeps the plans of its statements. PostgreSQL plans a prepared statement a
// few times and then keeps one plan until a table in it is analyzed. While a table is empty or small, it is cheapest to read all
// of it, or any index of it, whatever the statement looks like. The table can then grow by thousands of rows a second, all of
// which each sign-in reads: loading a snapshot took 2.3 ms with 4,500 rows more, and 0.25 ms with 25,000 rows more and plans that
// expire. The same holds for the checks of foreign keys, whose statements are PostgreSQL's own. A new plan takes the size that the
// table has then, even if its statistics are old. Planning takes less than a millisecond for each statement of a sign-in.
const planLifetime = time.Second

// discardExpiredPlans discards the plans of the connection if they have expired. It returns driver.ErrBadConn if the connection
// is closed.
func (c *batchConn) discardExpiredPlans(ctx context.Context) error {
	if !c.plansExpired.Swap(false) {
		return nil
	}
	_, err := c.Conn.Conn().Exec(ctx, "DISCARD PLANS")
	var rejected *pgconn.PgError
	switch {
	case err == nil:
		c.expirePlans()
	case c.Conn.Conn().IsClosed():
		return driver.ErrBadConn
	case !errors.As(err, &rejected): // such as a context that is done
		c.plansExpired.Store(true)
	}
	return nil // a database that only speaks PostgreSQL's protocol may reject the statement
}

// expirePlans has the plans expire after their lifetime.
func (c *batchConn) expirePlans() {
	if c.planLifetime > 0 {
		time.AfterFunc(c.planLifetime, func() { c.plansExpired.Store(true) })
	}
}
