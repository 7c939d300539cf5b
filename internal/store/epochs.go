package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/epoch"
)

// Epochs keeps how far the database has come, in one row.
type Epochs struct{ *DB }

var _ epoch.Store = Epochs{}

type epochRow struct {
	ID        int64
	Lineage   string
	Number    int64
	BegunAt   stamp
	Beat      int64
	BeatAt    stamp
	Place     string
	Doubt     string
	DoubtedAt stamp
}

func (epochRow) TableName() string { return "epochs" }

// Kept says whether the schema has a place for it: that of releases before this one has not.
func (s Epochs) Kept(ctx context.Context) (bool, error) {
	var n int
	err := s.reader(ctx).Raw(s.tables, epochRow{}.TableName()).Scan(&n).Error
	return n > 0, err
}

// Epoch reads it.
func (s Epochs) Epoch(ctx context.Context) (epoch.Epoch, error) {
	var r epochRow
	err := s.reader(ctx).Where("id = 1").Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return epoch.Epoch{}, epoch.ErrNone
	}
	return epoch.Epoch{
		Lineage: r.Lineage, Number: r.Number, BegunAt: r.BegunAt.Time, Beat: r.Beat, BeatAt: r.BeatAt.Time, Place: r.Place,
		Doubt: epoch.Doubt(r.Doubt), DoubtedAt: r.DoubtedAt.Time,
	}, err
}

// Begin keeps the first epoch.
func (s Epochs) Begin(ctx context.Context, e epoch.Epoch) error {
	return s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&epochRow{
		ID: 1, Lineage: e.Lineage, Number: e.Number, BegunAt: stamp{e.BegunAt}, Beat: e.Beat, BeatAt: stamp{e.BeatAt}, Place: e.Place,
		Doubt: string(e.Doubt), DoubtedAt: stamp{e.DoubtedAt},
	}).Error
}

// Renew begins the next one. The beat goes on.
func (s Epochs) Renew(ctx context.Context, e epoch.Epoch, before int64) (bool, error) {
	tx := s.writer(ctx).Model(&epochRow{}).Where("id = 1 AND number = ?", before).
		Updates(map[string]any{"number": e.Number, "begun_at": stamp{e.BegunAt}, "place": e.Place, "doubt": "", "doubted_at": stamp{}})
	return tx.RowsAffected == 1, tx.Error
}

// Advance moves the beat on, for all processes together. A beat of the future was made by a clock that was wrong.
func (s Epochs) Advance(ctx context.Context, at, since time.Time) error {
	return s.writer(ctx).Model(&epochRow{}).Where("id = 1 AND doubt = '' AND (beat_at <= ? OR beat_at > ?)", stamp{since}, stamp{at}).
		Updates(map[string]any{"beat": gorm.Expr("beat + 1"), "beat_at": stamp{at}}).Error
}

// Suspect notes a doubt.
func (s Epochs) Suspect(ctx context.Context, e epoch.Epoch) error {
	return s.writer(ctx).Model(&epochRow{}).Where("id = 1 AND doubt = '' AND number = ?", e.Number).
		Updates(map[string]any{"doubt": string(e.Doubt), "doubted_at": stamp{e.DoubtedAt}}).Error
}

// Place tells the tables of a server by their numbers, which a dump does not keep. A file is told by what it holds alone.
func (s Epochs) Place(ctx context.Context) (place string, err error) {
	if s.place == "" {
		return "", nil
	}
	err = s.reader(ctx).Raw(s.place).Scan(&place).Error
	return place, err
}

// Peopled looks for one account.
func (s Epochs) Peopled(ctx context.Context) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&accountRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}
