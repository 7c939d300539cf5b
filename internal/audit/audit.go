// Package audit records security events of accounts. Each event becomes an entry in the account's hash chain, so that a later
// edit or deletion is detected by Verify, and one line in the log of the process. Record adds an entry in the transaction of
// what happened: if the entry cannot be stored, neither is the change.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// Event is a security event. It never contains a secret.
type Event struct {
	Kind      Kind
	AccountID string // System for events of no account; empty if no account is known: then only a log line is written
	Subject   string // id of the changed object
	Name      string // its name at that time
	Reason    string
	Actor     string // id of the acting account, if it is another one
}

// System is the AccountID of events that belong to no account, such as a key rotation. It has a chain of its own.
const System = "house"

// Client identifies the client of a request.
type Client struct {
	IP        string
	UserAgent string
	SessionID string
	RequestID string
}

type clientKey struct{}

// WithClient returns a context that carries the client of the request.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// ClientOf returns the client of the request, or a zero Client for a command.
func ClientOf(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}

// Store holds entries, in one chain per account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit calls do once the transaction of ctx has committed, or immediately outside of one.
	AfterCommit(ctx context.Context, do func())
	// Buffer holds an entry until the transaction of ctx is about to commit. Then chain is called once with all entries, in the
	// order in which they were buffered. Its error rolls the transaction back.
	Buffer(ctx context.Context, e Entry, chain func(ctx context.Context, entries []Entry) error)
	// UseHead makes h the result of Head in the transaction of ctx, which saves a read. A transaction that is repeated after a
	// conflict ignores it, because h may have been the reason. Outside of a transaction it does nothing.
	UseHead(ctx context.Context, h Head)
	// Head returns where the account's chain ends: the head given to UseHead, or else what it reads. Nothing else is added to
	// the chain until the transaction of ctx ends, or only one of the two transactions commits.
	Head(ctx context.Context, accountID string) (Head, error)
	// Append inserts entries of one account, in order, and advances the head to the last one.
	Append(ctx context.Context, entries []Entry) error
	// Entries lists at most limit of the account's entries, the newest first, without those of some kinds, and older than the
	// entry with the id before (empty: from the newest on).
	Entries(ctx context.Context, accountID, before string, limit int, without []Kind) ([]Entry, error)
	// Walk calls v for the chain of every account, its entries from the oldest to the newest.
	Walk(ctx context.Context, v Visitor) error

	// Anchor returns the anchor of the account's chain: number 0 if nothing was purged.
	Anchor(ctx context.Context, accountID string) (Anchor, error)
	// EntriesAfter lists at most limit entries of all accounts, in the order in which they were recorded, after the one with
	// the id after.
	EntriesAfter(ctx context.Context, after string, limit int) ([]Entry, error)
	// Oldest lists at most limit of the account's oldest remaining entries.
	Oldest(ctx context.Context, accountID string, limit int) ([]Entry, error)
	// Truncate deletes an account's entries up to the anchor and stores the anchor, if the previous anchor has number from.
	Truncate(ctx context.Context, to Anchor, from int64) (truncated bool, err error)
	// DeleteChain deletes the head, which has number head, and the anchor of an empty chain, if no account has the id.
	DeleteChain(ctx context.Context, accountID string, head int64) error
}

// Visitor holds the callbacks of Walk. For each chain it gets Begin, then Entry for each entry, then End.
type Visitor struct {
	Begin func(Anchor) error
	Entry func(Entry) error
	End   func(number int64, hash Hash) error
}

// Head is the end of an account's chain: the number and hash of its last entry, or zeros before the first entry.
type Head struct {
	AccountID string
	Number    int64
	Hash      Hash
}

// Log records events. Without a Store it only writes log lines, and without To it writes none.
type Log struct {
	To    *slog.Logger
	Store Store
	Now   func() time.Time
	NewID func() string
}

// UseKnownHead makes the entries of the transaction of ctx append to h, which the caller has already read, and so saves a
// read. If h is stale, the transaction conflicts and is repeated with a fresh head.
func (l Log) UseKnownHead(ctx context.Context, h Head) {
	if l.Store != nil {
		l.Store.UseHead(ctx, h)
	}
}

// Record adds an entry to the account's chain when the transaction of ctx commits, or immediately outside of one, and then
// writes a log line. If the entry cannot be stored, the transaction rolls back: an event that cannot be recorded must not
// happen.
func (l Log) Record(ctx context.Context, e Event) error {
	entry := entryOf(ctx, e)
	if e.AccountID == "" || l.Store == nil {
		l.write(ctx, entry)
		return nil
	}
	entry.ID, entry.Time = l.NewID(), l.Now().UTC().Truncate(time.Microsecond)
	return l.Store.InTx(ctx, func(ctx context.Context) error {
		l.Store.Buffer(ctx, entry, l.chain)
		return nil
	})
}

// chain appends the entries of one transaction, per account.
func (l Log) chain(ctx context.Context, entries []Entry) error {
	for len(entries) > 0 {
		account := entries[0].AccountID
		var own, others []Entry
		for _, e := range entries {
			if e.AccountID == account {
				own = append(own, e)
			} else {
				others = append(others, e)
			}
		}
		if err := l.link(ctx, account, own); err != nil {
			return fmt.Errorf("record %s: %w", own[0].Kind, err)
		}
		entries = others
	}
	return nil
}

// link numbers and hashes an account's entries from the head on, and appends them.
func (l Log) link(ctx context.Context, accountID string, entries []Entry) error {
	head, err := l.Store.Head(ctx, accountID)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		e.Number, e.Previous = head.Number+1, head.Hash
		e.Hash = e.digest()
		head.Number, head.Hash = e.Number, e.Hash
	}
	if err := l.Store.Append(ctx, entries); err != nil {
		return err
	}
	l.Store.AfterCommit(ctx, func() {
		for _, e := range entries {
			l.write(ctx, e)
		}
	})
	return nil
}

// hiddenKinds are the kinds that a user is not shown, because the entry beside them contains the same information.
var hiddenKinds = []Kind{SessionCreated, StepUpUsed}

// Entries returns a page of the account's activity for its owner, the newest first.
func (l Log) Entries(ctx context.Context, accountID, before string, limit int) ([]Entry, error) {
	return l.Store.Entries(ctx, accountID, before, limit, hiddenKinds)
}

func (l Log) write(ctx context.Context, e Entry) {
	if l.To == nil {
		return
	}
	if e.Kind.namesAddress() {
		e.Name = ""
	}
	attrs := []slog.Attr{slog.String("event", string(e.Kind))}
	for _, a := range []struct{ name, value string }{
		{"account", e.AccountID}, {"subject", e.Subject}, {"name", e.Name}, {"reason", e.Reason},
		{"actor", e.Actor}, {"ip", e.IP}, {"user_agent", e.UserAgent}, {"session", e.Session}, {"request_id", e.RequestID},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.name, a.value))
		}
	}
	if e.Number > 0 { // log lines that are kept elsewhere reveal a rewritten chain
		attrs = append(attrs, slog.Int64("number", e.Number), slog.String("hash", hex.EncodeToString(e.Hash[:])))
	}
	l.To.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}

// digestOf returns the form of a session id in entries: it identifies the session and is of no use to an attacker.
func digestOf(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
