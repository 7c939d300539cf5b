package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gorm.io/gorm/clause"

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
	WaitUntil unixMicro
	UpdatedAt unixMicro
}

func (attemptRow) TableName() string { return "attempts" }

const (
	total         = "*"     // the bucket that sums up a kind
	blockedUntil  = "-"     // keeps the end of the last wait that was forgiven, of any bucket: Held asks for it
	subLimitTries = "tries" // the kind that counts tries at one thing, whose id is the bucket
)

// ofKind finds the attempts of one kind. The cast keeps SQLite from comparing the value with that of a partial index, after
// which it would compile the statement anew for every value that follows (https://sqlite.org/c3ref/prepare.html, rule 3).
const ofKind = "kind = CAST(? AS TEXT)"

// Reserve adds the failures unless a wait is running or something is full, and starts the wait that this failure earns:
// one statement.
func (s Attempts) Reserve(ctx context.Context, g throttle.Attempt, w throttle.SubLimit, at time.Time, r throttle.Rules) (throttle.Counts, bool, error) {
	now := unixMicro{at}
	var first unixMicro
	if r.FreeAttempts <= 1 {
		first = unixMicro{at.Add(r.Backoff[0])}
	}
	rows := []any{g.Subject, string(g.Kind), string(g.Bucket), first, now}
	values := "(?, ?, ?, 1, ?, ?)"
	if r.HardLimit > 0 {
		rows = append(rows, g.Subject, string(g.Kind), total, unixMicro{}, now)
		values += ", (?, ?, ?, 1, ?, ?)"
	}
	if w.ID != "" {
		rows = append(rows, g.Subject, subLimitTries, w.ID, unixMicro{}, now)
		values += ", (?, ?, ?, 1, ?, ?)"
	}
	wait, ends := waitUntil(at, r)
	args := append(rows, subLimitTries, total)
	args = append(args, ends...)
	args = append(args, subLimitTries, w.Tries, total, r.HardLimit, now)
	var got []attemptRow
	err := s.queryWrite(ctx, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES `+values+`
		ON CONFLICT (subject, kind, bucket) DO UPDATE SET failures = attempts.failures + 1, updated_at = excluded.updated_at,
			wait_until = CASE WHEN attempts.kind = ? OR attempts.bucket = ? THEN 0 ELSE `+wait+` END
		WHERE CASE WHEN attempts.kind = ? THEN attempts.failures < ? WHEN attempts.bucket = ? THEN attempts.failures < ?
			ELSE attempts.wait_until <= ? END
		RETURNING kind, bucket, failures, wait_until`, args, func(rows *sql.Rows) error {
		var r attemptRow
		err := rows.Scan(&r.Kind, &r.Bucket, &r.Failures, &r.WaitUntil)
		got = append(got, r)
		return err
	})
	if err != nil {
		return throttle.Counts{}, false, err
	}
	if len(got) == len(rows)/5 {
		return counts(got), true, nil
	}
	c, err := s.Counts(ctx, g, w)
	return c, false, err
}

// waitUntil writes the end of the wait that the next failure starts, as a CASE over the steps of the doubling.
func waitUntil(at time.Time, r throttle.Rules) (string, []any) {
	var sql strings.Builder
	args := []any{r.FreeAttempts}
	sql.WriteString("CASE WHEN attempts.failures + 1 < ? THEN 0")
	last := len(r.Backoff) - 1
	for i, w := range r.Backoff[:last] {
		sql.WriteString(" WHEN attempts.failures + 1 = ? THEN CAST(? AS BIGINT)")
		args = append(args, r.FreeAttempts+i, unixMicro{at.Add(w)})
	}
	sql.WriteString(" ELSE CAST(? AS BIGINT) END")
	return sql.String(), append(args, unixMicro{at.Add(r.Backoff[last])})
}

func counts(rows []attemptRow) (c throttle.Counts) {
	for _, r := range rows {
		switch {
		case r.Kind == subLimitTries:
			c.Tries = r.Failures
		case r.Bucket == total:
			c.Total = r.Failures
		default:
			c.Failures, c.BlockedUntil = r.Failures, r.WaitUntil.Time
		}
	}
	return c
}

// Counts reads what is counted.
func (s Attempts) Counts(ctx context.Context, g throttle.Attempt, w throttle.SubLimit) (throttle.Counts, error) {
	var rows []attemptRow
	err := s.reader(ctx).Select("kind", "bucket", "failures", "wait_until").
		Where("subject = ? AND ("+ofKind+" AND (bucket = ? OR bucket = ?) OR kind = '"+subLimitTries+"' AND bucket = ?)",
			g.Subject, string(g.Kind), string(g.Bucket), total, w.ID).Find(&rows).Error
	return counts(rows), err
}

// Reset forgives buckets, and with them their totals. That there was a wait is not forgotten.
func (s Attempts) Reset(ctx context.Context, w throttle.SubLimit, guesses ...throttle.Attempt) error {
	which, args := "(kind = '"+subLimitTries+"' AND bucket = ?)", []any{guesses[0].Subject, w.ID}
	for _, g := range guesses {
		which += " OR (" + ofKind + " AND (bucket = ? OR bucket = ?))"
		args = append(args, string(g.Kind), string(g.Bucket), total)
	}
	var forgiven []attemptRow
	err := s.writer(ctx).Clauses(clause.Returning{}).Where("subject = ? AND ("+which+")", args...).Delete(&forgiven).Error
	if err != nil {
		return err
	}
	for _, r := range forgiven {
		if r.WaitUntil.IsZero() {
			continue
		}
		err := s.writer(ctx).Exec(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES (?, ?, ?, 0, ?, ?)
			ON CONFLICT (subject, kind, bucket) DO UPDATE SET wait_until = excluded.wait_until, updated_at = excluded.updated_at
			WHERE excluded.wait_until > attempts.wait_until`, r.Subject, r.Kind, blockedUntil, r.WaitUntil, r.UpdatedAt).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// ResetKind forgives all buckets.
func (s Attempts) ResetKind(ctx context.Context, subject string, kind throttle.Kind) error {
	return s.deferred(ctx).Where("subject = ? AND "+ofKind, subject, string(kind)).Delete(&attemptRow{}).Error
}

// Lockouts says whether a wait ended after since, or a total is full.
func (s Attempts) Held(ctx context.Context, subject string, kinds []throttle.Kind, since time.Time, limit int) (bool, error) {
	var n int64
	err := s.reader(ctx).Model(&attemptRow{}).Where("subject = ? AND kind IN ?", subject, kinds).
		Where("wait_until > ? OR (bucket = ? AND failures >= ?)", unixMicro{since}, total, limit).Count(&n).Error
	return n > 0, err
}
