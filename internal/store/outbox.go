package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/notify"
)

// Outbox keeps the mails that are on their way.
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
}

func (messageRow) TableName() string { return "outbox" }

// Insert adds a message.
func (s Outbox) Insert(ctx context.Context, m notify.Message) error {
	return s.deferred(ctx).Create(&messageRow{
		ID: m.ID, AccountID: m.AccountID, Kind: string(m.Kind), Topic: m.Topic, Sealed: m.Sealed, Held: m.Held,
		Tries: m.Tries, NextTry: unixMicro{m.NextTry}, CreatedAt: unixMicro{m.CreatedAt}, SentAt: unixMicro{m.SentAt}, GivenUp: unixMicro{m.GivenUp},
	}).Error
}

// waiting is what a message is until it is sent or given up.
const waiting = "sent_at = 0 AND given_up = 0"

// Claim takes the message that is due longest. It looks first, so that who finds nothing to do keeps no writer waiting,
// and takes it by one conditional UPDATE: of several processes that saw the same message, one gets it.
func (s Outbox) Claim(ctx context.Context, due, until time.Time) (notify.Message, bool, error) {
	for {
		var r messageRow
		err := s.reader(ctx).Where(waiting+" AND next_try <= ?", unixMicro{due}).Order("next_try, id").Take(&r).Error
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

// Retry puts a message off that still is the caller's.
func (s Outbox) Retry(ctx context.Context, m notify.Message, next time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ? AND tries = ? AND "+waiting, m.ID, m.Tries).
		Update("next_try", unixMicro{next}).Error
}

// MarkSent ends a message that was sent, also one that was given up meanwhile.
func (s Outbox) MarkSent(ctx context.Context, id string, at time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ?", id).
		Updates(map[string]any{"sent_at": unixMicro{at}, "given_up": unixMicro{}, "sealed": []byte{}}).Error
}

// GiveUp ends a message that is not sent.
func (s Outbox) GiveUp(ctx context.Context, id string, at time.Time) error {
	return s.writer(ctx).Model(&messageRow{}).Where("id = ? AND "+waiting, id).
		Updates(map[string]any{"given_up": unixMicro{at}, "sealed": []byte{}}).Error
}

// ExpireHeld ends what waited for mail to be configured for too long.
func (s Outbox) ExpireHeld(ctx context.Context, before, at time.Time) (int, error) {
	tx := s.writer(ctx).Model(&messageRow{}).Where("held AND tries = 0 AND created_at < ? AND "+waiting, unixMicro{before}).
		Updates(map[string]any{"given_up": unixMicro{at}, "sealed": []byte{}})
	return int(tx.RowsAffected), tx.Error
}

// Undelivered counts what is not sent. That the topic is one is said for the index, which holds no others.
func (s Outbox) Undelivered(ctx context.Context, topic string) (int, error) {
	var n int64
	err := s.reader(ctx).Model(&messageRow{}).Where("topic = ? AND topic <> '' AND sent_at = 0", topic).Count(&n).Error
	return int(n), err
}

// Waiting answers how many mails are on their way, and when the oldest was posted; zero for none. It looks at what waits
// and at nothing else.
func (s Outbox) Waiting(ctx context.Context) (n int, oldest time.Time, err error) {
	var found struct {
		N      int
		Oldest unixMicro
	}
	err = s.reader(ctx).Model(&messageRow{}).Select("COUNT(*) AS n, COALESCE(MIN(created_at), 0) AS oldest").Where(waiting).
		Take(&found).Error
	return found.N, found.Oldest.Time, err
}
