package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const header = "                                                                  server, per request:          limits, per s:          share of\n" +
	"operation                  callers    per s   p50 ms   p99 ms   CPU ms   SQL commits  bytes      Echo    commits  hashes  the limit"

// measurement is an operation's turn at a number of callers.
type measurement struct {
	plan
	limit   string // the program of api/echobaseline
	fleet   servers
	dataset *dataset
	at      database
	share   int // of the people: each number of callers has its own, and what is measured once
	callers int
}

// people are those whom this round may play.
func (r measurement) people() []testUser {
	n := min(len(r.dataset.people)/(len(r.plan.callers)+1), r.requests)
	return r.dataset.people[r.share*n : (r.share+1)*n]
}

// measure prints a row of figures.
func (r measurement) measure(ctx context.Context, o operation) error {
	if o.warm != nil {
		calls, err := o.warm(ctx, r)
		if err != nil {
			return err
		}
		if _, err := runLoad(ctx, r.fleet.addresses(), r.callers, calls); err != nil {
			return err
		}
	}
	calls, err := o.calls(ctx, r)
	if err != nil {
		return err
	}
	answer, err := example(ctx, r.fleet[0].address, calls[0])
	if err != nil {
		return err
	}
	calls = calls[1:]
	profiled := r.profile(ctx, o.name)
	before, err := r.fleet.effort(ctx)
	if err != nil {
		return err
	}
	took, err := runLoad(ctx, r.fleet.addresses(), r.callers, calls)
	if err != nil {
		return err
	}
	after, err := r.fleet.effort(ctx)
	if err != nil {
		return err
	}
	if err := <-profiled; err != nil {
		return err
	}
	n, did := float64(len(calls)), after.minus(before)
	limits, err := r.limits(ctx, o, calls, answer, did.commits/n)
	if err != nil {
		return err
	}
	fmt.Printf("%-26s %7d %8.0f %8.2f %8.2f %8.3f %5.1f %7.1f %6d %9.0f %10s %7s %8.0f %%\n", o.name, r.callers, took.perSecond(), took.at(0.5), took.at(0.99),
		did.cpu/n*1e3, did.statements/n, did.commits/n, len(answer), limits.echo, orNone(limits.commits), orNone(limits.hashes), 100*took.perSecond()/limits.lowest())
	return nil
}

func orNone(n float64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", n)
}

// profile writes what the first process did with its processor in the next two seconds, where that is wanted; the channel
// says that it is written.
func (r measurement) profile(ctx context.Context, name string) <-chan error {
	done := make(chan error, 1)
	if r.profiles == "" {
		close(done)
		return done
	}
	kind := "sqlite"
	if r.at.server {
		kind = "postgres"
	}
	file := filepath.Join(r.profiles, fmt.Sprintf("%s-%s-%d.pprof", kind, url.PathEscape(strings.ReplaceAll(name, " ", "-")), r.callers))
	go func() {
		profile, err := get(ctx, "http://"+r.fleet[0].ops+"/debug/pprof/profile?seconds=2")
		if err == nil {
			err = os.WriteFile(file, []byte(profile), 0o600)
		}
		done <- err
	}()
	return done
}
