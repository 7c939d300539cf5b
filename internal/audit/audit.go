// Package audit says what happened to an account: one entry per event, chained to the one before, and one line in the
// log of the process.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// Event is one thing that happened. It never holds a secret.
type Event struct {
	Kind      Kind
	AccountID string // House, or empty where no account is known: such an event is a line in the log only
	Subject   string // the id of what was changed
	Name      string // what the person calls it, as it was then
	Reason    string
}

// House stands where an account would in what happens to none, such as a change of keys: it has a chain of its own.
const House = "house"

// Client is who asked.
type Client struct {
	IP        string
	UserAgent string
	SessionID string
	RequestID string
}

type clientKey struct{}

// WithClient remembers who asked.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// ClientOf answers who asked; zero for a command.
func ClientOf(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}

// Store keeps entries, a chain for each account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
	AfterCommit(ctx context.Context, do func())
	// Head answers the number and the hash of the account's last entry: 0 and zeros before the first.
	Head(ctx context.Context, accountID string) (number int64, hash Hash, err error)
	// Append adds an entry and moves the head to it.
	Append(ctx context.Context, e Entry) error
	// Entries lists the account's entries but those of some kinds, the newest first, at most limit, older than the entry
	// before (empty: all).
	Entries(ctx context.Context, accountID, before string, limit int, without []Kind) ([]Entry, error)
	// CountSince counts the account's entries of a kind that come after its last one of another.
	CountSince(ctx context.Context, accountID string, kind, last Kind) (int, error)
	// Walk visits every account: where its chain begins, its entries, the oldest first, and where it ends.
	Walk(ctx context.Context, v Visitor) error

	// Anchor answers where what is left of the account's chain begins: at number 0 where nothing was purged.
	Anchor(ctx context.Context, accountID string) (Anchor, error)
	// Recorded lists entries of all accounts, in the order in which they were recorded, after the one with the id after.
	Recorded(ctx context.Context, after string, limit int) ([]Entry, error)
	// Oldest lists the first entries of the account that are left.
	Oldest(ctx context.Context, accountID string, limit int) ([]Entry, error)
	// Cut takes an account's entries up to the anchor away and keeps that, if the anchor before was number from.
	Cut(ctx context.Context, to Anchor, from int64) (cut bool, err error)
	// Forget takes an empty chain's end, number head, and its anchor away, if no account has the id.
	Forget(ctx context.Context, accountID string, head int64) error
}

// Visitor is shown a chain: Begin, then Entry for each, then End.
type Visitor struct {
	Begin func(Anchor) error
	Entry func(Entry) error
	End   func(number int64, hash Hash) error
}

// Log records events. Without a Store it only writes lines, and without To it writes none.
type Log struct {
	To    *slog.Logger
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Record adds an entry to the account's chain, in the transaction of ctx if there is one, and writes a line once that
// has committed. An event that cannot be recorded must not happen: its error ends the transaction.
func (l Log) Record(ctx context.Context, e Event) error {
	if e.AccountID == "" || l.Store == nil {
		l.write(ctx, e, Entry{})
		return nil
	}
	err := l.Store.InTx(ctx, func(ctx context.Context) error {
		number, previous, err := l.Store.Head(ctx, e.AccountID)
		if err != nil {
			return err
		}
		entry := entryOf(ctx, e)
		entry.ID, entry.Time = l.NewID(), l.Now().UTC().Truncate(time.Microsecond)
		entry.Number, entry.Previous = number+1, previous
		entry.Hash = entry.digest()
		if err := l.Store.Append(ctx, entry); err != nil {
			return err
		}
		l.Store.AfterCommit(ctx, func() { l.write(ctx, e, entry) })
		return nil
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Kind, err)
	}
	return nil
}

// unsaid are kinds that tell a person nothing which the entry beside them does not tell.
var unsaid = []Kind{SessionCreated, StepUpUsed}

// Entries answers a page of what happened to the account, as its owner wants to know it, the newest first.
func (l Log) Entries(ctx context.Context, accountID, before string, limit int) ([]Entry, error) {
	return l.Store.Entries(ctx, accountID, before, limit, unsaid)
}

// CountSince counts the account's entries of a kind that come after its last one of another.
func (l Log) CountSince(ctx context.Context, accountID string, kind, last Kind) (int, error) {
	if l.Store == nil {
		return 0, nil
	}
	return l.Store.CountSince(ctx, accountID, kind, last)
}

func (l Log) write(ctx context.Context, e Event, entry Entry) {
	if l.To == nil {
		return
	}
	c := ClientOf(ctx)
	if e.Kind.namesAddress() {
		e.Name = ""
	}
	attrs := []slog.Attr{slog.String("event", string(e.Kind))}
	for _, a := range []struct{ name, value string }{
		{"account", e.AccountID}, {"subject", e.Subject}, {"name", e.Name}, {"reason", e.Reason},
		{"ip", c.IP}, {"user_agent", c.UserAgent}, {"session", digestOf(c.SessionID)}, {"request_id", c.RequestID},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.name, a.value))
		}
	}
	if entry.Number > 0 { // who keeps the lines elsewhere can tell a chain that was written anew
		attrs = append(attrs, slog.Int64("number", entry.Number), slog.String("hash", hex.EncodeToString(entry.Hash[:])))
	}
	l.To.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}

// digestOf is how a session stands in entries: told apart, and of no use to whoever reads them.
func digestOf(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
