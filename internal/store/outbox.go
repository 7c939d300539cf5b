package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/notify"
)

// Outbox stores the mails to deliver.
type Outbox struct{ *DB }

var _ notify.Store = Outbox{}

type messageRow struct {
	ID        string
	AccountID string
	Kind      string
	Topic     string
	Sealed    []byte
	Held      bool
	Tries     int
	NextTry   unixMicro
	CreatedAt unixMicro
	SentAt    unixMicro
	GivenUp   unixMicro
	SendOrder unixMicro
}

func (messageRow) TableName() string { return "outbox" }

// waiting is a condition: the message is neither sent nor given up.
const waiting = "sent_at = 0 AND given_up = 0"

// Insert inserts a message. Each message of the account that waits already moves its place back by notify.Spacing.
func (s Outbox) Insert(ctx context.Context, m notify.Message) error {
	return s.execDeferred(ctx, `INSERT INTO outbox (id, account_id, kind, topic, sealed, held, tries, next_try, created_at, sent_at, given_up, send_order)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
			CAST(? AS BIGINT) + CAST(? AS BIGINT) * (SELECT count(*) FROM outbox o WHERE o.account_id = ? AND `+waiting+`))`, []any{
		m.ID, m.AccountID, string(m.Kind), m.Topic, m.Sealed, m.Held, m.Tries, unixMicro{m.NextTry}, unixMicro{m.CreatedAt},
		unixMicro{m.SentAt}, unixMicro{m.GivenUp}, unixMicro{m.Place}, notify.Spacing.Microseconds(), m.AccountID,
	})
}

// NewDevices returns the number of messages about new devices of an account since a time, up to limit.
func (s Outbox) NewDevices(ctx context.Context, accountID string, since time.Time, limit int) (n int, err error) {
	err = s.query(ctx, `SELECT count(*) FROM (SELECT 1 FROM outbox
		WHERE account_id = ? AND kind = '`+string(notify.NewDevice)+`' AND created_at > ? LIMIT ?) o`,
		[]any{accountID, unixMicro{since}, limit}, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// Claim claims the message with the first place of those that are due, until a time. It reads first, so that an idle worker
// does not block writers, and then claims by one conditional UPDATE, so that one of several processes gets the message. It
// reports false if no message is due. The plus sign keeps the databases from sorting all that are due.
func (s Outbox) Claim(ctx context.Context, due, until time.Time) (notify.Message, bool, error) {
	for {
		var r messageRow
		err := s.reader(ctx).Where(waiting+" AND +next_try <= ?", unixMicro{due}).Order("send_order, id").Take(&r).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notify.Message{}, false, nil
		}
		if err != nil {
			return notify.Message{}, false, err
		}
		tx := s.writer(ctx).Model(&messageRow{}).Where("id = ? AND tries = ? AND next_try = ? AND "+waiting, r.ID, r.Tries, r.NextTry).
			Updates(map[string]any{"tries": r.Tries + 1, "next_try": unixMicro{until}})
		if tx.Error != nil {
			return notify.Message{}, false, tx.Error
		}
		if tx.RowsAffected == 1 {
			return notify.Message{
				ID: r.ID, AccountID: r.AccountID, Kind: notify.Kind(r.Kind), Topic: r.Topic, Sealed: r.Sealed, Held: r.Held,
				Tries: r.Tries + 1, NextTry: until, CreatedAt: r.CreatedAt.Time,
			}, true, nil
		}
	}
}

// Retry schedules the next try of a message, unless another process has claimed it since. The message keeps no place before
// that time, where Claim would pass it each time.
func (s Outbox) Retry(ctx context.Context, m notify.Message, next time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ? AND tries = ? AND "+waiting, m.ID, m.Tries).Updates(map[string]any{
		"next_try": unixMicro{next}, "send_order": gorm.Expr("CASE WHEN send_order < ? THEN ? ELSE send_order END", unixMicro{next}, unixMicro{next}),
	}).Error
}

// MarkSent marks a message as sent, even if it was given up meanwhile, and erases its text.
func (s Outbox) MarkSent(ctx context.Context, id string, at time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ?", id).
		Updates(map[string]any{"sent_at": unixMicro{at}, "given_up": unixMicro{}, "sealed": []byte{}}).Error
}

// GiveUp marks a message as given up, unless it was sent, and erases its text.
func (s Outbox) GiveUp(ctx context.Context, id string, at time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ? AND "+waiting, id).
		Updates(map[string]any{"given_up": unixMicro{at}, "sealed": []byte{}}).Error
}

// ExpireHeld gives up the messages from before a time that were held because no mail server was configured. It returns their
// number.
func (s Outbox) ExpireHeld(ctx context.Context, before, at time.Time) (int, error) {
	tx := s.writer(ctx).Model(&messageRow{}).Where("held AND tries = 0 AND created_at < ? AND "+waiting, unixMicro{before}).
		Updates(map[string]any{"given_up": unixMicro{at}, "sealed": []byte{}})
	return int(tx.RowsAffected), tx.Error
}

// Undelivered returns the number of unsent messages of a topic. The condition that the topic is not empty selects the partial
// index.
func (s Outbox) Undelivered(ctx context.Context, topic string) (int, error) {
	var n int64
	err := s.reader(ctx).Model(&messageRow{}).Where("topic = ? AND topic <> '' AND sent_at = 0", topic).Count(&n).Error
	return int(n), err
}

// Waiting returns the number of messages to deliver and the time of the oldest, or zero. It reads no other rows, by a partial
// index.
func (s Outbox) Waiting(ctx context.Context) (n int, oldest time.Time, err error) {
	var found struct {
		N      int
		Oldest unixMicro
	}
	err = s.reader(ctx).Model(&messageRow{}).Select("COUNT(*) AS n, COALESCE(MIN(created_at), 0) AS oldest").Where(waiting).
		Take(&found).Error
	return found.N, found.Oldest.Time, err
}
