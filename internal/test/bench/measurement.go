package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// header is the head of the printed table. The columns on the right are the machine's baselines, and how much of the lowest of
// them the server reaches.
const header = "                                                                  server, per request:          baselines, per s:       share of\n" +
	"scenario                   callers    per s   p50 ms   p99 ms   CPU ms   SQL commits  bytes      Echo    commits  hashes  baseline"

// measurement measures scenarios with one number of callers.
type measurement struct {
	plan
	echoBinary string // the built api/echobaseline
	servers    servers
	dataset    *dataset
	database   database
	share      int // index of the share of the dataset's users that this measurement may use
	callers    int
}

// users returns the measurement's share of the users. Each number of callers has a share, and so have the scenarios that run
// once, so that no scenario meets a used code.
func (m measurement) users() []testUser {
	n := min(len(m.dataset.users)/(len(m.plan.callers)+1), m.plan.requests)
	return m.dataset.users[m.share*n : (m.share+1)*n]
}

// run measures a scenario and prints a row of the table.
func (m measurement) run(ctx context.Context, s scenario) error {
	if s.warmUp != nil {
		requests, err := s.warmUp(ctx, m)
		if err != nil {
			return err
		}
		if _, err := runLoad(ctx, m.servers.addresses(), m.callers, requests); err != nil {
			return err
		}
	}
	requests, err := s.requests(ctx, m)
	if err != nil {
		return err
	}
	response, err := fetchBody(ctx, m.servers[0].address, requests[0])
	if err != nil {
		return err
	}
	requests = requests[1:]
	profiled := m.profile(ctx, s.name)
	before, err := m.servers.usage(ctx)
	if err != nil {
		return err
	}
	result, err := runLoad(ctx, m.servers.addresses(), m.callers, requests)
	if err != nil {
		return err
	}
	after, err := m.servers.usage(ctx)
	if err != nil {
		return err
	}
	if err := <-profiled; err != nil {
		return err
	}
	n, used := float64(len(requests)), after.minus(before)
	baselines, err := m.baselines(ctx, s, requests, response, used.commits/n)
	if err != nil {
		return err
	}
	fmt.Printf("%-26s %7d %8.0f %8.2f %8.2f %8.3f %5.1f %7.1f %6d %9.0f %10s %7s %8.0f %%\n",
		s.name, m.callers, result.perSecond(), result.quantile(0.5), result.quantile(0.99),
		used.cpu/n*1e3, used.statements/n, used.commits/n, len(response),
		baselines.echo, orDash(baselines.commits), orDash(baselines.hashes), 100*result.perSecond()/baselines.lowest())
	return nil
}

func orDash(n float64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", n)
}

// profile starts to write a CPU profile of the first server over the next two seconds, if the plan has a directory for
// profiles. The channel yields the error, or nil once the profile is written.
func (m measurement) profile(ctx context.Context, name string) <-chan error {
	done := make(chan error, 1)
	if m.profiles == "" {
		close(done)
		return done
	}
	kind := "sqlite"
	if m.database.postgres {
		kind = "postgres"
	}
	file := filepath.Join(m.profiles, fmt.Sprintf("%s-%s-%d.pprof", kind, url.PathEscape(strings.ReplaceAll(name, " ", "-")), m.callers))
	go func() {
		profile, err := get(ctx, "http://"+m.servers[0].ops+"/debug/pprof/profile?seconds=2")
		if err == nil {
			err = os.WriteFile(file, []byte(profile), 0o600)
		}
		done <- err
	}()
	return done
}
