package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/restorefence"
)

// RestoreState stores the generation and the heartbeat of the database, by which a restored backup is detected, in one row.
type RestoreState struct{ *DB }

var _ restorefence.Store = RestoreState{}

type restoreStateRow struct {
	ID        int64
	Lineage   string
	Number    int64
	BegunAt   unixMicro
	Beat      int64
	BeatAt    unixMicro
	Place     string
	Doubt     string
	DoubtedAt unixMicro
}

func (restoreStateRow) TableName() string { return "epochs" }

// HasTable reports whether the schema has the table.
func (s RestoreState) HasTable(ctx context.Context) (bool, error) {
	return s.hasTable(ctx, restoreStateRow{}.TableName())
}

// Generation returns the row, or restorefence.ErrNone.
func (s RestoreState) Generation(ctx context.Context) (restorefence.Generation, error) {
	var r restoreStateRow
	err := s.reader(ctx).Where("id = 1").Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return restorefence.Generation{}, restorefence.ErrNone
	}
	return restorefence.Generation{
		Lineage: r.Lineage, Number: r.Number, StartedAt: r.BegunAt.Time, Heartbeat: r.Beat, HeartbeatAt: r.BeatAt.Time, StorageID: r.Place,
		RestoreReason: restorefence.RestoreReason(r.Doubt), RestoreDetectedAt: r.DoubtedAt.Time,
	}, err
}

// Begin inserts the first generation, unless there is one.
func (s RestoreState) Begin(ctx context.Context, g restorefence.Generation) error {
	return s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&restoreStateRow{
		ID: 1, Lineage: g.Lineage, Number: g.Number, BegunAt: unixMicro{g.StartedAt}, Beat: g.Heartbeat, BeatAt: unixMicro{g.HeartbeatAt}, Place: g.StorageID,
		Doubt: string(g.RestoreReason), DoubtedAt: unixMicro{g.RestoreDetectedAt},
	}).Error
}

// Renew starts the next generation and clears the restore reason. The heartbeat continues. It reports false if the number of
// the current generation is not before.
func (s RestoreState) Renew(ctx context.Context, g restorefence.Generation, before int64) (bool, error) {
	tx := s.writer(ctx).Model(&restoreStateRow{}).Where("id = 1 AND number = ?", before).
		Updates(map[string]any{"number": g.Number, "begun_at": unixMicro{g.StartedAt}, "place": g.StorageID, "doubt": "", "doubted_at": unixMicro{}})
	return tx.RowsAffected == 1, tx.Error
}

// Advance increments the heartbeat unless a process has done so after since. A heartbeat in the future is ignored, because its
// clock was wrong. The heartbeat stops while there is a restore reason.
func (s RestoreState) Advance(ctx context.Context, at, since time.Time) error {
	return s.writer(ctx).Model(&restoreStateRow{}).Where("id = 1 AND doubt = '' AND (beat_at <= ? OR beat_at > ?)", unixMicro{since}, unixMicro{at}).
		Updates(map[string]any{"beat": gorm.Expr("beat + 1"), "beat_at": unixMicro{at}}).Error
}

// RecordReason stores why the database is considered restored, unless a reason is stored or the generation has changed.
func (s RestoreState) RecordReason(ctx context.Context, g restorefence.Generation) error {
	return s.writer(ctx).Model(&restoreStateRow{}).Where("id = 1 AND doubt = '' AND number = ?", g.Number).
		Updates(map[string]any{"doubt": string(g.RestoreReason), "doubted_at": unixMicro{g.RestoreDetectedAt}}).Error
}

// StorageID returns the object ids of the tables on a PostgreSQL server, which a dump does not preserve. It is empty for an
// SQLite file.
func (s RestoreState) StorageID(ctx context.Context) (id string, err error) {
	if s.storageIDQuery == "" {
		return "", nil
	}
	err = s.reader(ctx).Raw(s.storageIDQuery).Scan(&id).Error
	return id, err
}

// HasAccounts reports whether there is an account.
func (s RestoreState) HasAccounts(ctx context.Context) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&accountRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}
