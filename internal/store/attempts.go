package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"twofold/internal/throttle"
)

// Attempts counts failed attempts at credentials.
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
	total         = "*"     // the bucket that counts the failures of a kind in all buckets
	blockedUntil  = "-"     // the bucket that holds the end of the last backoff that was reset, for LockedSince
	subLimitTries = "tries" // the kind that counts the attempts at one object or its uses; the object's id is the bucket
)

// ofKind is a condition on the kind. The value comes from a subquery, so that neither database plans for one value, and so for a
// partial index of that kind: PostgreSQL would read all of that index, and SQLite would prepare the statement again for each other
// value (https://sqlite.org/c3ref/prepare.html, rule 3).
const ofKind = "kind = (SELECT CAST(? AS TEXT))"

// Reserve counts a failure in one statement, unless a backoff is running or a limit is reached, and starts the backoff that
// follows this failure. The backoff of the anonymous bucket follows the failures of the bucket or of all buckets, whichever are
// more. Reserve returns the counts, and whether it counted.
func (s Attempts) Reserve(ctx context.Context, a throttle.Attempt, sub throttle.SubLimit, at time.Time, r throttle.Rules) (throttle.Counts, bool, error) {
	now := unixMicro{at}
	var first unixMicro
	if r.FreeAttempts <= 1 {
		first = unixMicro{at.Add(r.Backoff[0])}
	}
	// excluded.wait_until is the end of the backoff that the total calls for, or of the first failure's.
	firstEnd, args := "CAST(? AS BIGINT)", []any{a.Subject, string(a.Kind), string(a.Bucket)}
	if a.Bucket == throttle.AnonymousBucket && r.HardLimit > 0 {
		byTotal, ends := backoffExpr("t.failures", at, r)
		firstEnd = "coalesce((SELECT " + byTotal + " FROM attempts t WHERE t.subject = ? AND t." + ofKind + " AND t.bucket = ?), CAST(? AS BIGINT))"
		args = append(append(args, ends...), a.Subject, string(a.Kind), total)
	}
	args = append(args, first, now)
	values, written := "(?, ?, ?, 1, "+firstEnd+", ?)", 1
	add := func(kind, bucket string) {
		args = append(args, a.Subject, kind, bucket, now)
		values += ", (?, ?, ?, 1, 0, ?)"
		written++
	}
	if r.HardLimit > 0 {
		add(string(a.Kind), total)
	}
	if sub.ID != "" {
		add(subLimitTries, sub.ID)
	}
	backoffEnd, ends := backoffExpr("attempts.failures", at, r)
	args = append(args, subLimitTries, total)
	args = append(args, ends...)
	args = append(args, subLimitTries, sub.Tries, total, r.HardLimit, now)
	var got []attemptRow
	err := s.queryWrite(ctx, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES `+values+`
		ON CONFLICT (subject, kind, bucket) DO UPDATE SET failures = attempts.failures + 1, updated_at = excluded.updated_at,
			wait_until = CASE WHEN attempts.kind = ? OR attempts.bucket = ? THEN 0
				ELSE `+s.greatest+`(excluded.wait_until, `+backoffEnd+`) END
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
	if len(got) == written {
		return counts(got), true, nil
	}
	c, err := s.Counts(ctx, a, sub)
	return c, false, err
}

// CountTry counts a try at one object in one statement, unless it has none left.
func (s Attempts) CountTry(ctx context.Context, subject string, limit throttle.SubLimit, at time.Time) (tries int, counted bool, err error) {
	err = s.queryWrite(ctx, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES (?, ?, ?, 1, 0, ?)
		ON CONFLICT (subject, kind, bucket) DO UPDATE SET failures = attempts.failures + 1, updated_at = excluded.updated_at
		WHERE attempts.failures < ? RETURNING failures`,
		[]any{subject, subLimitTries, limit.ID, unixMicro{at}, limit.Tries}, func(rows *sql.Rows) error {
			counted = true
			return rows.Scan(&tries)
		})
	return tries, counted, err
}

// backoffExpr returns an SQL expression for the end of the backoff that one more failure starts after those in a column, and its
// arguments: a CASE over the steps of the backoff.
func backoffExpr(failures string, at time.Time, r throttle.Rules) (string, []any) {
	var sql strings.Builder
	args := []any{r.FreeAttempts}
	sql.WriteString("CASE WHEN " + failures + " + 1 < ? THEN 0")
	last := len(r.Backoff) - 1
	for i, w := range r.Backoff[:last] {
		sql.WriteString(" WHEN " + failures + " + 1 = ? THEN CAST(? AS BIGINT)")
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

// Counts returns the counts of an attempt.
func (s Attempts) Counts(ctx context.Context, a throttle.Attempt, sub throttle.SubLimit) (throttle.Counts, error) {
	var rows []attemptRow
	err := s.reader(ctx).Select("kind", "bucket", "failures", "wait_until").
		Where("subject = ? AND ("+ofKind+" AND (bucket = ? OR bucket = ?) OR kind = '"+subLimitTries+"' AND bucket = ?)",
			a.Subject, string(a.Kind), string(a.Bucket), total, sub.ID).Find(&rows).Error
	return counts(rows), err
}

// Reset deletes the counts of attempts, including the totals of their kinds. It keeps the end of a backoff in the bucket
// blockedUntil.
func (s Attempts) Reset(ctx context.Context, sub throttle.SubLimit, attempts ...throttle.Attempt) error {
	which, args := "(kind = '"+subLimitTries+"' AND bucket = ?)", []any{attempts[0].Subject, sub.ID}
	for _, a := range attempts {
		which += " OR (" + ofKind + " AND (bucket = ? OR bucket = ?))"
		args = append(args, string(a.Kind), string(a.Bucket), total)
	}
	var deleted []attemptRow
	err := s.writer(ctx).Clauses(clause.Returning{}).Where("subject = ? AND ("+which+")", args...).Delete(&deleted).Error
	if err != nil {
		return err
	}
	for _, r := range deleted {
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

// ResetKind deletes the counts of all buckets of a kind.
func (s Attempts) ResetKind(ctx context.Context, subject string, kind throttle.Kind) error {
	return s.writer(ctx).Where("subject = ? AND "+ofKind, subject, string(kind)).Delete(&attemptRow{}).Error
}

// LockedSince reports whether a backoff ended after since or a total has reached limit.
func (s Attempts) LockedSince(ctx context.Context, subject string, kinds []throttle.Kind, since time.Time, limit int) (bool, error) {
	var n int64
	err := s.reader(ctx).Model(&attemptRow{}).Where("subject = ? AND kind IN ?", subject, kinds).
		Where("wait_until > ? OR (bucket = ? AND failures >= ?)", unixMicro{since}, total, limit).Count(&n).Error
	return n > 0, err
}
