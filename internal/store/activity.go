package store

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/audit"
)

// Activity keeps what happened to accounts.
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
	AccountID string `gorm:"primaryKey"`
	Number    int64
	Hash      []byte
}

func (headRow) TableName() string { return "activity_heads" }

// hashOf reads a digest; one that was cut short differs from every other.
func hashOf(b []byte) audit.Hash {
	var h audit.Hash
	copy(h[:], b)
	return h
}

// Buffer keeps an entry in the transaction.
func (s Activity) Buffer(ctx context.Context, e audit.Entry, chain func(context.Context, []audit.Entry) error) {
	tx, _ := s.txFrom(ctx)
	tx.pendingEntries, tx.chain = append(tx.pendingEntries, e), chain
}

// UseHead keeps h in the transaction of ctx, unless that is a repeated one.
func (s Activity) UseHead(ctx context.Context, h audit.Head) {
	if tx, inside := s.txFrom(ctx); inside && !tx.repeated {
		tx.head = h
	}
}

// Head returns where an account's chain ends. Unless UseHead has named it, Head reads it and locks it where the database has
// locks, so that a second transaction continues from there. Of two transactions that begin a chain, one conflicts.
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

// How an account's chain grows: its head moves, which locks it, and the entries are added if it did.
const (
	beginHead = "INSERT INTO activity_heads (account_id, number, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
	moveHead  = "UPDATE activity_heads SET number = ?, hash = ? WHERE account_id = ? AND number = ?"
	addEntry  = `INSERT INTO activity (id, account_id, number, time, kind, subject, name, reason, ip, user_agent, session, request_id,
		actor, previous, hash) `
	entryValues = "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
	// An entry has no number where the head did not move, which no row of the table allows: see isOvertaken.
	typedValues = `SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT) + (SELECT 0 * number FROM moved), CAST(? AS BIGINT),
		CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
		CAST(? AS TEXT), CAST(? AS BYTEA), CAST(? AS BYTEA)`
)

// Append adds entries. Where the chain does not end before them any more, another transaction came first. A server is told
// by one statement, on the way to the commit, which fails then; SQLite, which nobody has to travel to, changes two tables by
// two statements.
func (s Activity) Append(ctx context.Context, entries []audit.Entry) error {
	first, last := entries[0], entries[len(entries)-1]
	head, headed := moveHead, []any{last.Number, last.Hash[:], last.AccountID, first.Number - 1}
	if first.Number == 1 {
		head, headed = beginHead, []any{last.AccountID, last.Number, last.Hash[:]}
	}
	var added []any
	for _, e := range entries {
		added = append(added, e.ID, e.AccountID, e.Number, unixMicro{e.Time}, string(e.Kind), e.Subject, e.Name, e.Reason, e.IP,
			e.UserAgent, e.Session, e.RequestID, e.Actor, e.Previous[:], e.Hash[:])
	}
	all := func(values string) string { return values + strings.Repeat(" UNION ALL "+values, len(entries)-1) }
	if !s.singleWriter() {
		return s.execDeferred(ctx, "WITH moved AS ("+head+" RETURNING number) "+addEntry+all(typedValues), append(headed, added...))
	}
	if err := requireChange(s.exec(ctx, head, headed)); err != nil {
		return err
	}
	return requireChange(s.exec(ctx, addEntry+all(entryValues), added))
}

// requireChange is what came of moving a head: nothing, where another transaction was first.
func requireChange(changed int64, err error) error {
	if err == nil && changed == 0 {
		err = wrapError(errConflict)
	}
	return err
}

// Entries lists a page of an account's entries.
func (s Activity) Entries(ctx context.Context, accountID, before string, limit int, without []audit.Kind) ([]audit.Entry, error) {
	tx := s.reader(ctx).Where("account_id = ?", accountID)
	if len(without) > 0 { // SQL holds nothing to be outside of an empty list
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

// Walk visits everything, in one reading transaction, so that what is recorded or purged meanwhile is seen whole or not
// at all.
func (s Activity) Walk(ctx context.Context, v audit.Visitor) error {
	walk := func(tx *gorm.DB) error {
		var accounts []string
		err := tx.Raw(`SELECT account_id FROM activity UNION SELECT account_id FROM activity_heads
			UNION SELECT account_id FROM activity_anchors ORDER BY account_id`).Scan(&accounts).Error
		if err != nil {
			return err
		}
		inside := context.WithValue(ctx, txKey{s.DB}, &transaction{DB: tx})
		for _, id := range accounts {
			anchor, err := s.Anchor(inside, id)
			if err != nil {
				return err
			}
			if err := v.Begin(anchor); err != nil {
				return err
			}
			if err := walkOne(tx, id, v.Entry); err != nil {
				return err
			}
			head, err := headOf(tx, id)
			if err != nil {
				return err
			}
			if err := v.End(head.Number, head.Hash); err != nil {
				return err
			}
		}
		return nil
	}
	if s.snapshot == nil {
		return s.read.WithContext(ctx).Transaction(walk)
	}
	return s.read.WithContext(ctx).Transaction(walk, s.snapshot)
}

func walkOne(tx *gorm.DB, accountID string, entry func(audit.Entry) error) (err error) {
	rows, err := tx.Model(&entryRow{}).Where("account_id = ?", accountID).Order("number").Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r entryRow
		if err := tx.ScanRows(rows, &r); err != nil {
			return err
		}
		if err := entry(r.entry()); err != nil {
			return err
		}
	}
	return rows.Err()
}
