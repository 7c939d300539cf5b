package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/totp"
)

// baselines holds the maximum rates of a scenario's expensive parts, measured alone, in requests per second. Zero means that
// the scenario has no such part.
type baselines struct{ echo, commits, hashes float64 }

// lowest returns the rate of the bottleneck.
func (b baselines) lowest() float64 {
	lowest := b.echo
	for _, rate := range []float64{b.commits, b.hashes} {
		if rate > 0 {
			lowest = min(lowest, rate)
		}
	}
	return lowest
}

// baselines measures the baselines with the measurement's number of callers: Echo alone returning the same response to the
// same requests, the same number of commits through database/sql, and password hashes if the scenario needs them.
func (m measurement) baselines(ctx context.Context, s scenario, requests []request, response string, commitsPerRequest float64) (b baselines, err error) {
	if b.echo, err = m.measureEcho(ctx, requests, response); err != nil {
		return b, err
	}
	if commitsPerRequest > 0.01 { // below that, a commit is the occasional update of a session's last use
		perSecond, err := m.measureCommits(ctx, len(requests))
		if err != nil {
			return b, err
		}
		b.commits = perSecond / commitsPerRequest
	}
	if s.hashes {
		b.hashes, err = measureHash(ctx)
	}
	return b, err
}

// measureEcho returns how many of the requests api/echobaseline serves per second.
func (m measurement) measureEcho(ctx context.Context, requests []request, response string) (float64, error) {
	addresses, err := freeAddresses(1)
	if err != nil {
		return 0, err
	}
	echo := exec.CommandContext(ctx, m.echoBinary, addresses[0], fmt.Sprint(requests[0].wantStatus)) //nolint:gosec // built by this program
	echo.Stdin = strings.NewReader(response)
	if err := echo.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = echo.Process.Kill()
		_ = echo.Wait()
	}()
	if err := waitForListener(ctx, addresses[0]); err != nil {
		return 0, err
	}
	for len(requests) < m.plan.requests { // a shorter run would be too noisy
		requests = append(requests, requests...)
	}
	sameStatus := make([]request, len(requests))
	for i, r := range requests {
		r.wantStatus = requests[0].wantStatus
		sameStatus[i] = r
	}
	result, err := runLoad(ctx, addresses, m.callers, sameStatus)
	if err != nil {
		return 0, err
	}
	return result.perSecond(), nil
}

// waitForListener waits until the address accepts connections, for at most ten seconds.
func waitForListener(ctx context.Context, address string) error {
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		c, err := dial(ctx, address)
		if err == nil {
			return c.conn.Close()
		}
		if time.Since(start) > 10*time.Second {
			return err
		}
	}
}

// measureCommits returns how many single-row updates per second the database commits. Each caller updates a row of its own.
// On SQLite the callers share one connection, because waiting for it is faster than waiting for the file lock.
func (m measurement) measureCommits(ctx context.Context, n int) (perSecond float64, err error) {
	db, err := m.database.open(serverOptions)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if m.database.postgres {
		db.SetMaxOpenConns(m.callers)
		db.SetMaxIdleConns(m.callers)
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS bench_commits (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"); err != nil {
		return 0, err
	}
	const row = "INSERT INTO bench_commits (id, n) VALUES ($1, 0) ON CONFLICT (id) DO UPDATE SET n = 0"
	for i := range m.callers {
		if _, err := db.ExecContext(ctx, row, i); err != nil {
			return 0, err
		}
	}
	increment, err := db.PrepareContext(ctx, "UPDATE bench_commits SET n = n + 1 WHERE id = $1")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, increment.Close()) }()
	return measureRate(n, m.callers, func(caller int) error { return execute(ctx, increment, caller) })
}

func execute(ctx context.Context, statement *sql.Stmt, id int) error {
	_, err := statement.ExecContext(ctx, id)
	return err
}

// measureRate calls fn n times in all, from concurrent callers, and returns the calls per second.
func measureRate(n, callers int, fn func(caller int) error) (float64, error) {
	var remaining atomic.Int64
	remaining.Store(int64(n))
	start := time.Now()
	err := concurrently(callers, func(caller int) error {
		for remaining.Add(-1) >= 0 {
			if err := fn(caller); err != nil {
				return err
			}
		}
		return nil
	})
	return float64(n) / time.Since(start).Seconds(), err
}

// measureHash returns how many passwords per second all cores verify.
func measureHash(ctx context.Context) (perSecond float64, err error) {
	cores := runtime.GOMAXPROCS(0)
	hasher, err := password.NewHasher(password.Default, cores, cores, time.Minute)
	if err != nil {
		return 0, err
	}
	hash, err := hasher.Hash(secret.New(passphrase))
	if err != nil {
		return 0, err
	}
	return measureRate(100*cores, cores, func(int) error {
		if matches, _, err := hasher.Verify(hash, secret.New(passphrase)); err != nil || !matches {
			return fmt.Errorf("correct password rejected: %w", err)
		}
		return ctx.Err()
	})
}

// measureCodeMatch returns how many wrong TOTP codes per second all cores check.
func measureCodeMatch() float64 {
	key, err := totp.NewKey()
	if err != nil {
		return 0
	}
	perSecond, _ := measureRate(100_000, runtime.GOMAXPROCS(0), func(int) error {
		key.Match("000000", time.Now())
		return nil
	})
	return perSecond
}
