package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// Entry is an event as it is kept. Its hash covers everything else of it, the hash of the entry before included.
type Entry struct {
	ID        string
	AccountID string
	Number    int64 // 1, 2, 3, … per account
	Time      time.Time
	Kind      Kind
	Subject   string
	Name      string
	Reason    string
	IP        string
	UserAgent string
	Session   string // a digest
	RequestID string
	Actor     string // the account that did it, where it was not this one; empty for its owner, the service, or a command
	Previous  Hash
	Hash      Hash
}

func entryOf(ctx context.Context, e Event) Entry {
	c := ClientOf(ctx)
	return Entry{
		AccountID: e.AccountID, Kind: e.Kind, Subject: e.Subject, Name: e.Name, Reason: e.Reason,
		IP: c.IP, UserAgent: c.UserAgent, Session: digestOf(c.SessionID), RequestID: c.RequestID, Actor: e.Actor,
	}
}

// digest is the hash of the entry's fields, as one JSON array of strings: no two entries are written alike.
func (e Entry) digest() Hash {
	fields := []string{
		e.ID, e.AccountID, fmt.Sprint(e.Number), e.Time.UTC().Format(time.RFC3339Nano), string(e.Kind), e.Subject, e.Name, e.Reason,
		e.IP, e.UserAgent, e.Session, e.RequestID, hex.EncodeToString(e.Previous[:]),
	}
	if e.Actor != "" { // an entry of before there were any is written as it was
		fields = append(fields, e.Actor)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings always marshal
	}
	return sha256.Sum256(text)
}

// ErrBroken means that a chain is not what was recorded. *BrokenError says where.
var ErrBroken = errors.New("the activity was changed after it was recorded")

// ChainError names the first entry of an account that is not as it was recorded.
type ChainError struct {
	AccountID string
	Number    int64
	ID        string // empty for an entry that is missing
	Reason    string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("account %s, entry %d %s: %s", e.AccountID, e.Number, e.ID, e.Reason)
}

// Is makes errors.Is(err, ErrBroken) hold.
func (e *ChainError) Is(target error) bool { return target == ErrBroken }

// Verify walks every chain from its anchor on and answers how many entries there are, with a *BrokenError, joined, for
// each account whose chain is broken: an entry was edited, taken out, or cut off the end. Of what was purged it knows
// the last hash; of a chain that is gone with both of its ends, nothing.
func (l Log) Verify(ctx context.Context) (entries int, err error) {
	var broken []error
	var last Entry
	var bad bool
	err = l.Store.Walk(ctx, Visitor{
		Begin: func(a Anchor) error {
			last, bad = a.entry(), false
			return nil
		},
		Entry: func(e Entry) error {
			entries++
			if why := e.checkAfter(last); why != "" && !bad {
				bad = true
				broken = append(broken, e.chainError(why))
			}
			last = e
			return nil
		},
		End: func(number int64, hash Hash) error {
			if !bad && (last.Number != number || last.Hash != hash) {
				broken = append(broken, &ChainError{AccountID: last.AccountID, Number: number, Reason: errTruncated})
			}
			return nil
		},
	})
	return entries, errors.Join(append(broken, err)...)
}

// errTruncated is what is wrong with a chain whose last entries are gone.
const errTruncated = "is missing at the end"

func (e Entry) chainError(why string) error {
	return &ChainError{AccountID: e.AccountID, Number: e.Number, ID: e.ID, Reason: why}
}

// checkAfter says what is wrong with the entry after another, or nothing.
func (e Entry) checkAfter(after Entry) string {
	switch {
	case e.Number != after.Number+1:
		return fmt.Sprintf("follows number %d", after.Number)
	case e.Previous != after.Hash:
		return "does not follow the entry before it"
	case e.Hash != e.digest():
		return "was edited"
	}
	return ""
}
