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

// Entry is a stored event. Its hash covers every other field, including the hash of the previous entry.
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
	Session   string // SHA-256 digest of the session id
	RequestID string
	Actor     string // acting account, if it is another one; empty for the owner, the server or a command
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

// digest returns the hash of the entry's fields. They are encoded as one JSON array of strings, which is unambiguous.
func (e Entry) digest() Hash {
	fields := []string{
		e.ID, e.AccountID, fmt.Sprint(e.Number), e.Time.UTC().Format(time.RFC3339Nano), string(e.Kind), e.Subject, e.Name, e.Reason,
		e.IP, e.UserAgent, e.Session, e.RequestID, hex.EncodeToString(e.Previous[:]),
	}
	if e.Actor != "" { // entries without an actor keep their earlier encoding
		fields = append(fields, e.Actor)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings always encode
	}
	return sha256.Sum256(text)
}

// ErrBroken means that a chain differs from what was recorded. *ChainError reports where.
var ErrBroken = errors.New("the activity was changed after it was recorded")

// ChainError names the first entry of an account that fails verification.
type ChainError struct {
	AccountID string
	Number    int64
	ID        string // empty if the entry is missing
	Reason    string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("account %s, entry %d %s: %s", e.AccountID, e.Number, e.ID, e.Reason)
}

// Is makes errors.Is(err, ErrBroken) hold.
func (e *ChainError) Is(target error) bool { return target == ErrBroken }

// Verify walks every chain from its anchor and returns the number of entries. The error joins a *ChainError for each
// account whose chain is broken: an entry was edited or deleted, or the end was cut off. Of purged entries it knows the
// last hash only. It cannot detect a chain that was deleted with its anchor and its head.
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
				broken = append(broken, &ChainError{AccountID: last.AccountID, Number: number, Reason: reasonTruncated})
			}
			return nil
		},
	})
	return entries, errors.Join(append(broken, err)...)
}

// reasonTruncated means that the last entries of a chain are missing.
const reasonTruncated = "is missing at the end"

func (e Entry) chainError(why string) error {
	return &ChainError{AccountID: e.AccountID, Number: e.Number, ID: e.ID, Reason: why}
}

// checkAfter returns what is wrong with an entry that follows another, or an empty string.
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
