package audit

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Anchor is what is kept of the entries that were purged: the number and the hash of the last one, which the next one
// follows.
type Anchor struct {
	AccountID string
	Number    int64
	Hash      Hash
	PurgedAt  time.Time
}

// entry stands for the last entry that was purged.
func (a Anchor) entry() Entry { return Entry{AccountID: a.AccountID, Number: a.Number, Hash: a.Hash} }

// AccountsBefore lists whose chains have entries from before a time, looking at limit entries after the one with the id after, the
// oldest first. Next is where to go on: empty where there are no more.
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

// Purge takes away at most limit entries of an account from before a time, from the old end of its chain, and keeps an
// anchor in their place. A chain of nobody, which an address without an account has, goes as a whole once all of it is
// old: otherwise each address that was ever tried would leave something. What is purged is verified first, with what comes
// after it, so that no purge hides an edit: a *BrokenError leaves the chain as it is.
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
		if err != nil || !cut { // another process was faster
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

// accountsBefore answers the entries from before a time, at most limit, if they are as they were recorded and the one after them
// follows. It stops at the first one that is not old, wherever the clock has been since.
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

// endsWith answers a *BrokenError unless the account's chain ends with the entry.
func (l Log) endsWith(ctx context.Context, last Entry) error {
	head, err := l.Store.Head(ctx, last.AccountID)
	if err == nil && (head.Number != last.Number || head.Hash != last.Hash) {
		err = &ChainError{AccountID: last.AccountID, Number: head.Number, Reason: errTruncated}
	}
	return err
}
