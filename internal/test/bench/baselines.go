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

// limits are how often the machine could do the most expensive part of an operation, in a second, did it nothing else; zero
// for what is no part of it.
type limits struct{ echo, commits, hashes float64 }

func (l limits) lowest() float64 {
	lowest := l.echo
	for _, limit := range []float64{l.commits, l.hashes} {
		if limit > 0 {
			lowest = min(lowest, limit)
		}
	}
	return lowest
}

// limits measures them with as many callers: Echo alone that gives the same answer to the same requests, and as many commits
// straight through database/sql.
func (r measurement) limits(ctx context.Context, o operation, calls []call, answer string, commits float64) (l limits, err error) {
	if l.echo, err = r.measureEcho(ctx, calls, answer); err != nil {
		return l, err
	}
	if commits > 0.01 { // now and then one is a session's that was touched
		alone, err := r.measureCommits(ctx, len(calls))
		if err != nil {
			return l, err
		}
		l.commits = alone / commits
	}
	if o.hashes {
		l.hashes, err = measureHash(ctx)
	}
	return l, err
}

func (r measurement) measureEcho(ctx context.Context, calls []call, answer string) (float64, error) {
	addresses, err := freeAddresses(1)
	if err != nil {
		return 0, err
	}
	echo := exec.CommandContext(ctx, r.limit, addresses[0], fmt.Sprint(calls[0].want)) //nolint:gosec // of ours
	echo.Stdin = strings.NewReader(answer)
	if err := echo.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = echo.Process.Kill()
		_ = echo.Wait()
	}()
	if err := listens(ctx, addresses[0]); err != nil {
		return 0, err
	}
	for len(calls) < r.requests { // too few to tell
		calls = append(calls, calls...)
	}
	same := make([]call, len(calls))
	for i, c := range calls {
		c.want = calls[0].want
		same[i] = c
	}
	took, err := runLoad(ctx, addresses, r.callers, same)
	if err != nil {
		return 0, err
	}
	return took.perSecond(), nil
}

// listens waits until the address accepts connections, for at most ten seconds.
func listens(ctx context.Context, address string) error {
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		line, err := dial(ctx, address)
		if err == nil {
			return line.to.Close()
		}
		if time.Since(begun) > 10*time.Second {
			return err
		}
	}
}

// measureCommits changes rows, one in a commit, each caller its own; SQLite's callers take turns on one connection, which is
// faster than what they do otherwise.
func (r measurement) measureCommits(ctx context.Context, n int) (perSecond float64, err error) {
	db, err := r.at.open(asServed)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if r.at.server {
		db.SetMaxOpenConns(r.callers)
		db.SetMaxIdleConns(r.callers)
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS commits_alone (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"); err != nil {
		return 0, err
	}
	const row = "INSERT INTO commits_alone (id, n) VALUES ($1, 0) ON CONFLICT (id) DO UPDATE SET n = 0"
	for i := range r.callers {
		if _, err := db.ExecContext(ctx, row, i); err != nil {
			return 0, err
		}
	}
	change, err := db.PrepareContext(ctx, "UPDATE commits_alone SET n = n + 1 WHERE id = $1")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, change.Close()) }()
	return perSecondOf(n, r.callers, func(caller int) error { return changeOne(ctx, change, caller) })
}

func changeOne(ctx context.Context, change *sql.Stmt, id int) error {
	_, err := change.ExecContext(ctx, id)
	return err
}

// perSecondOf does something so often, from callers at once.
func perSecondOf(n, callers int, do func(caller int) error) (float64, error) {
	var left atomic.Int64
	left.Store(int64(n))
	begun := time.Now()
	err := atOnce(callers, func(caller int) error {
		for left.Add(-1) >= 0 {
			if err := do(caller); err != nil {
				return err
			}
		}
		return nil
	})
	return float64(n) / time.Since(begun).Seconds(), err
}

// measureHash verifies a password, on every processor at once.
func measureHash(ctx context.Context) (perSecond float64, err error) {
	cores := runtime.GOMAXPROCS(0)
	hasher, err := password.NewHasher(password.Default, cores, cores, time.Minute)
	if err != nil {
		return 0, err
	}
	kept, err := hasher.Hash(secret.New(phrase))
	if err != nil {
		return 0, err
	}
	return perSecondOf(100*cores, cores, func(int) error {
		if fits, _, err := hasher.Verify(kept, secret.New(phrase)); err != nil || !fits {
			return fmt.Errorf("a right password is wrong: %w", err)
		}
		return ctx.Err()
	})
}

// measureMatch looks at wrong codes, on every processor at once.
func measureMatch() float64 {
	key, err := totp.NewKey()
	if err != nil {
		return 0
	}
	perSecond, _ := perSecondOf(100_000, runtime.GOMAXPROCS(0), func(int) error {
		key.Match("000000", time.Now())
		return nil
	})
	return perSecond
}
