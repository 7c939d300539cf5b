package audit

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// chain is a Store with the entries of one account, which an attacker can modify.
type chain struct {
	Store
	entries []Entry
}

func (c chain) Walk(_ context.Context, v Visitor) error {
	if err := v.Begin(Anchor{AccountID: c.entries[0].AccountID}); err != nil {
		return err
	}
	for _, e := range c.entries {
		if err := v.Entry(e); err != nil {
			return err
		}
	}
	last := c.entries[len(c.entries)-1]
	return v.End(last.Number, last.Hash)
}

func recorded() chain {
	var c chain
	var previous Hash
	for n := range 4 {
		e := Entry{
			ID: fmt.Sprint("entry-", n+1), AccountID: "ada", Number: int64(n + 1), Kind: SignInSucceeded, Reason: "x",
			Time: time.Date(2026, 11, 23, 9, 30, n, 0, time.UTC), Previous: previous,
		}
		e.Hash = e.digest()
		previous = e.Hash
		c.entries = append(c.entries, e)
	}
	return c
}

func TestVerify_DetectsEdits(t *testing.T) {
	t.Parallel()
	if n, err := (Log{Store: recorded()}).Verify(context.Background()); n != 4 || err != nil {
		t.Errorf("got %d, %v, want 4 entries", n, err)
	}
}

// An attacker who edits an entry and recomputes its hash breaks the chain at the next entry.
func TestVerify_RehashedEditBreaksNextEntry(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*chain){
		"edited":  func(c *chain) { c.entries[1].Reason = "y"; c.entries[1].Hash = c.entries[1].digest() },
		"removed": func(c *chain) { c.entries = append(c.entries[:1], c.entries[2:]...) },
		"removed, next one renumbered": func(c *chain) {
			c.entries = append(c.entries[:1], c.entries[2:]...)
			c.entries[1].Number = 2
			c.entries[1].Hash = c.entries[1].digest()
		},
		"removed, next one relinked": func(c *chain) {
			c.entries = append(c.entries[:1], c.entries[2:]...)
			c.entries[1].Previous = c.entries[0].Hash
			c.entries[1].Hash = c.entries[1].digest()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := recorded()
			edit(&c)
			var broken *ChainError
			if _, err := (Log{Store: c}).Verify(context.Background()); !errors.As(err, &broken) || broken.Number < 2 {
				t.Errorf("got %v, want a broken chain", err)
			}
		})
	}
}

// The digest separates fields, so that text cannot move from one field to the next.
func TestDigest_FieldsAreUnambiguous(t *testing.T) {
	t.Parallel()
	a := Entry{Subject: "ab", Name: "c"}
	b := Entry{Subject: "a", Name: "bc"}
	if a.digest() == b.digest() {
		t.Error("two entries have the same hash")
	}
}
