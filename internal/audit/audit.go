// Package audit says what happened to an account: one entry per event, chained to the one before, and one line in the
// log of the process.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Event is one thing that happened. It never holds a secret.
type Event struct {
	Kind      Kind
	AccountID string // System, or empty where no account is known: such an event is a line in the log only
	Subject   string // id of the changed object
	Name      string // its name at that time
	Reason    string
	Actor     string // id of the acting account, if it is another one
}

// System stands where an account would in what happens to none, such as a change of keys: it has a chain of its own.
const System = "house"

// Client is who asked.
type Client struct {
	IP        string
	UserAgent string
	SessionID string
	RequestID string
}

type clientKey struct{}

// request is who asked, and where an account's chain ended when the request last looked.
type request struct {
	client Client
	head   *atomic.Pointer[Head]
}

// WithClient remembers who asked.
func WithClient(ctx context.Context, c Client) context.Context {
	r, known := ctx.Value(clientKey{}).(request)
	if !known {
		r.head = new(atomic.Pointer[Head])
	}
	r.client = c
	return context.WithValue(ctx, clientKey{}, r)
}

// ClientOf answers who asked; zero for a command.
func ClientOf(ctx context.Context) Client {
	r, _ := ctx.Value(clientKey{}).(request)
	return r.client
}

// Follow has the request's next entries follow a head that it has read on its way, so that it is not read again. Where
// somebody else has recorded since, the transaction runs again, and looks.
func Follow(ctx context.Context, h Head) {
	if r, known := ctx.Value(clientKey{}).(request); known {
		r.head.Store(&h)
	}
}

// followed is the head to follow, once.
func followed(ctx context.Context, accountID string) (Head, bool) {
	r, known := ctx.Value(clientKey{}).(request)
	if !known {
		return Head{}, false
	}
	if h := r.head.Swap(nil); h != nil && h.AccountID == accountID {
		return *h, true
	}
	return Head{}, false
}

// Store keeps entries, a chain for each account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
	AfterCommit(ctx context.Context, do func())
	// Buffer keeps an entry until the transaction of ctx is about to commit. Then chain is called once with all that are
	// held, in the order they came; its error ends the transaction.
	Buffer(ctx context.Context, e Entry, chain func(ctx context.Context, held []Entry) error)
	// Head answers where the account's chain ends. Nobody else adds to it until the transaction of ctx ends, or only one
	// of both commits.
	Head(ctx context.Context, accountID string) (Head, error)
	// Append adds entries of one account, in order, and moves the head to the last.
	Append(ctx context.Context, entries []Entry) error
	// Entries lists the account's entries but those of some kinds, the newest first, at most limit, older than the entry
	// before (empty: all).
	Entries(ctx context.Context, accountID, before string, limit int, without []Kind) ([]Entry, error)
	// Walk visits every account: where its chain begins, its entries, the oldest first, and where it ends.
	Walk(ctx context.Context, v Visitor) error

	// Anchor answers where what is left of the account's chain begins: at number 0 where nothing was purged.
	Anchor(ctx context.Context, accountID string) (Anchor, error)
	// EntriesAfter lists entries of all accounts, in the order in which they were recorded, after the one with the id after.
	EntriesAfter(ctx context.Context, after string, limit int) ([]Entry, error)
	// Oldest lists the first entries of the account that are left.
	Oldest(ctx context.Context, accountID string, limit int) ([]Entry, error)
	// Truncate takes an account's entries up to the anchor away and keeps that, if the anchor before was number from.
	Truncate(ctx context.Context, to Anchor, from int64) (cut bool, err error)
	// DeleteChain takes an empty chain's end, number head, and its anchor away, if no account has the id.
	DeleteChain(ctx context.Context, accountID string, head int64) error
}

// Visitor is shown a chain: Begin, then Entry for each, then End.
type Visitor struct {
	Begin func(Anchor) error
	Entry func(Entry) error
	End   func(number int64, hash Hash) error
}

// Head is where an account's chain ends: number 0 and zeros before the first entry.
type Head struct {
	AccountID string
	Number    int64
	Hash      Hash
}

// Log records events. Without a Store it only writes lines, and without To it writes none.
type Log struct {
	To    *slog.Logger
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Record adds an entry to the account's chain when the transaction of ctx commits, or at once outside of one, and writes
// a line after that. An event that cannot be recorded must not happen: its error ends the transaction.
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

// chain adds the entries of one transaction, each account's to its chain at once.
func (l Log) chain(ctx context.Context, held []Entry) error {
	for len(held) > 0 {
		account := held[0].AccountID
		var its, others []Entry
		for _, e := range held {
			if e.AccountID == account {
				its = append(its, e)
			} else {
				others = append(others, e)
			}
		}
		if err := l.link(ctx, account, its); err != nil {
			return fmt.Errorf("record %s: %w", its[0].Kind, err)
		}
		held = others
	}
	return nil
}

func (l Log) link(ctx context.Context, accountID string, entries []Entry) error {
	head, known := followed(ctx, accountID)
	if !known {
		var err error
		if head, err = l.Store.Head(ctx, accountID); err != nil {
			return err
		}
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

// hiddenKinds are kinds that tell a person nothing which the entry beside them does not tell.
var hiddenKinds = []Kind{SessionCreated, StepUpUsed}

// Entries answers a page of what happened to the account, as its owner wants to know it, the newest first.
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
	if e.Number > 0 { // who keeps the lines elsewhere can tell a chain that was written anew
		attrs = append(attrs, slog.Int64("number", e.Number), slog.String("hash", hex.EncodeToString(e.Hash[:])))
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
