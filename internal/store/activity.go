package store

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/audit"
)

// Activity stores the audit log: a hash chain of entries for each account, with a head that names the last entry.
type Activity struct{ *DB }

var _ audit.Store = Activity{}

type entryRow struct {
	ID        string
	AccountID string
	Number    int64
	Time      unixMicro
	Kind      string
	Subject   string
	Name      string
	Reason    string
	IP        string `gorm:"column:ip"`
	UserAgent string
	Session   string
	RequestID string
	Actor     string
	Previous  []byte
	Hash      []byte
}

func (entryRow) TableName() string { return "activity" }

func (r entryRow) entry() audit.Entry {
	return audit.Entry{
		ID: r.ID, AccountID: r.AccountID, Number: r.Number, Time: r.Time.Time, Kind: audit.Kind(r.Kind),
		Subject: r.Subject, Name: r.Name, Reason: r.Reason, IP: r.IP, UserAgent: r.UserAgent, Session: r.Session,
		RequestID: r.RequestID, Actor: r.Actor, Previous: hashOf(r.Previous), Hash: hashOf(r.Hash),
	}
}

type headRow struct {
	AccountID     string `gorm:"primaryKey"`
	Number        int64
	Hash          []byte
	FailedSignIns int // since the last successful sign-in
}

func (headRow) TableName() string { return "activity_heads" }

// hashOf converts a stored hash. A truncated one is padded with zeros, so that it equals no real hash.
func hashOf(b []byte) audit.Hash {
	var h audit.Hash
	copy(h[:], b)
	return h
}

// Buffer holds an entry in the transaction of ctx until it commits.
func (s Activity) Buffer(ctx context.Context, e audit.Entry, chain func(context.Context, []audit.Entry) error) {
	tx, _ := s.txFrom(ctx)
	tx.pendingEntries, tx.chain = append(tx.pendingEntries, e), chain
}

// UseHead stores h in the transaction of ctx, unless that is a repetition.
func (s Activity) UseHead(ctx context.Context, h audit.Head) {
	if tx, inside := s.txFrom(ctx); inside && !tx.repeated {
		tx.head = h
	}
}

// Head returns the head of the account's chain: the one given to UseHead, or else the stored one. PostgreSQL locks the stored
// row until the transaction ends, so that concurrent appends run one after the other. A chain without entries has no row to
// lock: of two transactions that begin it, one fails with a conflict in Append. So does one whose known head is stale.
func (s Activity) Head(ctx context.Context, accountID string) (audit.Head, error) {
	if tx, inside := s.txFrom(ctx); inside && accountID != "" && tx.head.AccountID == accountID {
		return tx.head, nil
	}
	return headOf(s.reader(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), accountID)
}

func headOf(tx *gorm.DB, accountID string) (audit.Head, error) {
	var r headRow
	err := tx.Where("account_id = ?", accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = nil
	}
	return audit.Head{AccountID: accountID, Number: r.Number, Hash: hashOf(r.Hash)}, err
}

// Append advances the head and then inserts the entries. On PostgreSQL both statements are deferred, so the number of rows that
// the first one changed is not available. The second therefore takes the numbers of the entries from the head that the first
// one wrote:
//
//   - The head was not advanced because another transaction moved it, or because DeleteChain deleted it: there is no number,
//     and the NOT NULL column rejects the entry.
//   - Another transaction appended just as many entries: the numbers exist already, and UNIQUE (account_id, number) rejects them.
//
// isHeadConflict recognizes both errors. A foreign key from the entries to the head would miss a chain that was deleted
// and has begun again since.
const (
	insertHead    = "INSERT INTO activity_heads (account_id, number, hash, failed_sign_ins) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
	advanceHead   = "UPDATE activity_heads SET number = ?, hash = ?, failed_sign_ins = failed_sign_ins + ? WHERE account_id = ? AND number = ? AND hash = ?"
	resetHead     = "UPDATE activity_heads SET number = ?, hash = ?, failed_sign_ins = ? WHERE account_id = ? AND number = ? AND hash = ?"
	insertEntries = `INSERT INTO activity (id, account_id, number, time, kind, subject, name, reason, ip, user_agent, session, request_id,
		actor, previous, hash) VALUES `
	entryValues = `(?, ?, (SELECT number - ? FROM activity_heads WHERE account_id = ? AND number = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
)

// Append inserts entries and advances the account's chain head. If another transaction has advanced or deleted the head
// since it was read, the transaction fails with a conflict, and InTx repeats it. On PostgreSQL the writes are deferred, so
// the conflict surfaces at the next statement or at COMMIT.
func (s Activity) Append(ctx context.Context, entries []audit.Entry) error {
	first, last := entries[0], entries[len(entries)-1]
	failed, reset := failedSignIns(entries)
	head, headArgs := advanceHead, []any{last.Number, last.Hash[:], failed, last.AccountID, first.Number - 1, first.Previous[:]}
	switch {
	case first.Number == 1:
		head, headArgs = insertHead, []any{last.AccountID, last.Number, last.Hash[:], failed}
	case reset:
		head = resetHead
	}
	values := entryValues + strings.Repeat(", "+entryValues, len(entries)-1)
	var args []any
	for _, e := range entries {
		args = append(args, e.ID, e.AccountID, last.Number-e.Number, e.AccountID, last.Number, unixMicro{e.Time}, string(e.Kind),
			e.Subject, e.Name, e.Reason, e.IP, e.UserAgent, e.Session, e.RequestID, e.Actor, e.Previous[:], e.Hash[:])
	}
	if s.singleWriter() {
		if err := requireChange(s.exec(ctx, head, headArgs)); err != nil {
			return err
		}
	} else if err := s.execDeferred(ctx, head, headArgs); err != nil {
		return err
	}
	return s.execDeferred(ctx, insertEntries+values, args)
}

// failedSignIns returns the number of failed sign-ins among the entries, after the last successful one if there is one. Then
// reset is true. The head holds the count, because counting it in the activity would take as long as the account has entries.
func failedSignIns(entries []audit.Entry) (failed int, reset bool) {
	for _, e := range entries {
		switch e.Kind {
		case audit.SignInFailed:
			failed++
		case audit.SignInSucceeded:
			failed, reset = 0, true
		}
	}
	return failed, reset
}

// requireChange turns a head that was not changed into a conflict.
func requireChange(changed int64, err error) error {
	if err == nil && changed == 0 {
		err = wrapError(errConflict)
	}
	return err
}

// Entries lists a page of an account's entries, newest first.
func (s Activity) Entries(ctx context.Context, accountID, before string, limit int, without []audit.Kind) ([]audit.Entry, error) {
	tx := s.reader(ctx).Where("account_id = ?", accountID)
	if len(without) > 0 { // NOT IN an empty list is no valid SQL
		tx = tx.Where("kind NOT IN ?", without)
	}
	if before != "" {
		tx = tx.Where("number < (SELECT number FROM activity WHERE account_id = ? AND id = ?)", accountID, before)
	}
	return s.list(tx.Order("number DESC").Limit(limit))
}

func (s Activity) list(tx *gorm.DB) ([]audit.Entry, error) {
	var rows []entryRow
	if err := tx.Find(&rows).Error; err != nil {
		return nil, err
	}
	entries := make([]audit.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, nil
}
