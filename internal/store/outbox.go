package store

import (
	"context"

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
	Tries     int
	NextTry   stamp
	CreatedAt stamp
	SentAt    stamp
}

func (messageRow) TableName() string { return "outbox" }

// Insert adds a message.
func (s Outbox) Insert(ctx context.Context, m notify.Message) error {
	return s.writer(ctx).Create(&messageRow{
		ID: m.ID, AccountID: m.AccountID, Kind: string(m.Kind), Topic: m.Topic, Sealed: m.Sealed, Tries: m.Tries,
		NextTry: stamp{m.NextTry}, CreatedAt: stamp{m.CreatedAt}, SentAt: stamp{m.SentAt},
	}).Error
}

// Undelivered counts what is not sent.
func (s Outbox) Undelivered(ctx context.Context, topic string) (int, error) {
	var n int64
	err := s.reader(ctx).Model(&messageRow{}).Where("topic = ? AND sent_at = 0", topic).Count(&n).Error
	return int(n), err
}
