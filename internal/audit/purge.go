package audit

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Anchor replaces purged entries: the number and the hash of the last one, which the next entry continues.
type Anchor struct {
	AccountID string
	Number    int64
	Hash      Hash
	PurgedAt  time.Time
}

// entry returns the last purged entry as far as it is known.
func (a Anchor) entry() Entry { return Entry{AccountID: a.AccountID, Number: a.Number, Hash: a.Hash} }

// AccountsBefore returns the accounts whose chains have entries from before a time, after looking at limit entries that
// follow the one with the id after, oldest first. next is the id to continue after; it is empty at the end.
func (l Log) AccountsBefore(ctx context.Context, before time.Time, after string, limit int) (accounts []string, next string, err error) {
	entries, err := l.Store.EntriesAfter(ctx, after, limit)
	if err != nil {
		return nil, "", fmt.Errorf("look for old activity: %w", err)
	}
	for _, e := range entries {
		if e.Time.Before(before) && !slices.Contains(accounts, e.AccountID) {
			accounts = append(accounts, e.AccountID)
		}
	}
	if len(accounts) > 0 && len(entries) == limit {
		next = entries[limit-1].ID
	}
	return accounts, next, nil
}

// Purge deletes at most limit of an account's oldest entries from before a time and stores an anchor in their place.
// The chain of an unknown address is deleted completely once all of it is old, because otherwise every address that was
// ever tried would leave a row. The entries are verified first, together with the next one, so that a purge cannot hide
// an edit: on a *ChainError the chain is left as it is.
func (l Log) Purge(ctx context.Context, accountID string, before time.Time, limit int) (purged int, err error) {
	err = l.Store.InTx(ctx, func(ctx context.Context) error {
		anchor, err := l.Store.Anchor(ctx, accountID)
		if err != nil {
			return err
		}
		entries, err := l.Store.Oldest(ctx, accountID, limit+1)
		if err != nil {
			return err
		}
		old, err := accountsBefore(anchor, entries, before, limit)
		if err != nil || len(old) == 0 {
			return err
		}
		last := old[len(old)-1]
		whole := len(old) == len(entries)
		if whole {
			if err := l.endsWith(ctx, last); err != nil {
				return err
			}
		}
		to := Anchor{AccountID: accountID, Number: last.Number, Hash: last.Hash, PurgedAt: l.Now()}
		cut, err := l.Store.Truncate(ctx, to, anchor.Number)
		if err != nil || !cut { // another process purged first
			return err
		}
		purged = len(old)
		if whole {
			return l.Store.DeleteChain(ctx, accountID, last.Number)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("cut a chain: %w", err)
	}
	return purged, nil
}

// accountsBefore returns at most limit entries from before a time, provided that they and the next entry verify. It
// stops at the first entry that is not old, also if the clock has jumped since.
func accountsBefore(a Anchor, entries []Entry, before time.Time, limit int) ([]Entry, error) {
	last := a.entry()
	for i, e := range entries {
		if why := e.checkAfter(last); why != "" {
			return nil, e.chainError(why)
		}
		if i == limit || !e.Time.Before(before) {
			return entries[:i], nil
		}
		last = e
	}
	return entries, nil
}

// endsWith returns a *ChainError unless the account's chain ends with the entry.
func (l Log) endsWith(ctx context.Context, last Entry) error {
	head, err := l.Store.Head(ctx, last.AccountID)
	if err == nil && (head.Number != last.Number || head.Hash != last.Hash) {
		err = &ChainError{AccountID: last.AccountID, Number: head.Number, Reason: reasonTruncated}
	}
	return err
}
