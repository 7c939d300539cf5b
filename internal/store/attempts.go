package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"twofold/internal/throttle"
)

// Attempts counts guesses.
type Attempts struct{ *DB }

var _ throttle.Store = Attempts{}

type attemptRow struct {
	Subject   string `gorm:"primaryKey"`
	Kind      string `gorm:"primaryKey"`
	Bucket    string `gorm:"primaryKey"`
	Failures  int
	WaitUntil stamp
	UpdatedAt stamp
}

func (attemptRow) TableName() string { return "attempts" }

const (
	total  = "*" // the bucket that sums up a kind
	waited = "-" // keeps the end of the last wait that was forgiven, of any bucket: Held asks for it
)

// Reserve adds a failure unless a wait is running, and starts the wait that this failure earns: one statement.
func (s Attempts) Reserve(ctx context.Context, g throttle.Guess, at time.Time, free int, waits []time.Duration) (int, time.Time, bool, error) {
	wait, ends := waitUntil("attempts.failures + 1", at, free, waits)
	first, firstEnds := waitUntil("1", at, free, waits)
	args := append([]any{g.Subject, string(g.Kind), string(g.Bucket)}, firstEnds...)
	args = append(args, stamp{at})
	args = append(args, ends...)
	args = append(args, stamp{at}, stamp{at})
	var got []attemptRow
	err := s.writer(ctx).Raw(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at)
		VALUES (?, ?, ?, 1, `+first+`, ?)
		ON CONFLICT (subject, kind, bucket) DO UPDATE
		SET failures = attempts.failures + 1, wait_until = `+wait+`, updated_at = ?
		WHERE attempts.wait_until <= ?
		RETURNING failures, wait_until`, args...).Scan(&got).Error
	if err != nil {
		return 0, time.Time{}, false, err
	}
	if len(got) == 1 {
		return got[0].Failures, got[0].WaitUntil.Time, true, nil
	}
	until, err := s.Until(ctx, g, at)
	return 0, until, false, err
}

// waitUntil writes the end of the wait that failure number n starts, as a CASE over the steps of the doubling. The casts
// say what PostgreSQL would otherwise guess.
func waitUntil(n string, at time.Time, free int, waits []time.Duration) (string, []any) {
	var sql strings.Builder
	args := []any{free}
	sql.WriteString("CASE WHEN " + n + " < CAST(? AS BIGINT) THEN 0")
	for i, w := range waits[:len(waits)-1] {
		sql.WriteString(" WHEN " + n + " = CAST(? AS BIGINT) THEN CAST(? AS BIGINT)")
		args = append(args, free+i, stamp{at.Add(w)})
	}
	sql.WriteString(" ELSE CAST(? AS BIGINT) END")
	return sql.String(), append(args, stamp{at.Add(waits[len(waits)-1])})
}

// Total is how many failures the total sums up.
func (s Attempts) Total(ctx context.Context, g throttle.Guess) (int, error) {
	var r attemptRow
	err := s.reader(ctx).Select("failures").
		Where("subject = ? AND kind = ? AND bucket = ?", g.Subject, string(g.Kind), total).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	return r.Failures, err
}

// ReserveTotal adds a failure to the total unless that is full: one statement.
func (s Attempts) ReserveTotal(ctx context.Context, g throttle.Guess, at time.Time, limit int) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at)
		VALUES (?, ?, ?, 1, 0, ?)
		ON CONFLICT (subject, kind, bucket) DO UPDATE
		SET failures = attempts.failures + 1, updated_at = ? WHERE attempts.failures < ?`,
		g.Subject, string(g.Kind), total, stamp{at}, stamp{at}, limit)
	return tx.RowsAffected == 1, tx.Error
}

// Until looks for a running wait.
func (s Attempts) Until(ctx context.Context, g throttle.Guess, at time.Time) (time.Time, error) {
	var r attemptRow
	err := s.reader(ctx).Select("wait_until").
		Where("subject = ? AND kind = ? AND bucket = ? AND wait_until > ?", g.Subject, string(g.Kind), string(g.Bucket), stamp{at}).
		Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return time.Time{}, nil
	}
	return r.WaitUntil.Time, err
}

// Reset forgives a bucket, and with it the total. That there was a wait is not forgotten.
func (s Attempts) Reset(ctx context.Context, g throttle.Guess) error {
	err := s.writer(ctx).Exec(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at)
		SELECT subject, kind, CAST(? AS TEXT), 0, wait_until, updated_at FROM attempts
		WHERE subject = ? AND kind = ? AND bucket = ? AND wait_until > 0
		ON CONFLICT (subject, kind, bucket) DO UPDATE
		SET wait_until = excluded.wait_until, updated_at = excluded.updated_at WHERE excluded.wait_until > attempts.wait_until`,
		waited, g.Subject, string(g.Kind), string(g.Bucket)).Error
	if err != nil {
		return err
	}
	return s.writer(ctx).Where("subject = ? AND kind = ? AND bucket IN ?", g.Subject, string(g.Kind), []string{string(g.Bucket), total}).
		Delete(&attemptRow{}).Error
}

// ResetKind forgives all buckets.
func (s Attempts) ResetKind(ctx context.Context, subject string, kind throttle.Kind) error {
	return s.writer(ctx).Where("subject = ? AND kind = ?", subject, string(kind)).Delete(&attemptRow{}).Error
}

// Held says whether a wait ended after since, or a total is full.
func (s Attempts) Held(ctx context.Context, subject string, kinds []throttle.Kind, since time.Time, limit int) (bool, error) {
	var n int64
	err := s.reader(ctx).Model(&attemptRow{}).Where("subject = ? AND kind IN ?", subject, kinds).
		Where("wait_until > ? OR (bucket = ? AND failures >= ?)", stamp{since}, total, limit).Count(&n).Error
	return n > 0, err
}
