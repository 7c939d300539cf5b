// Bench measures the built server under load on new SQLite and PostgreSQL databases. It prints the figures next to the
// machine's own limits for HTTP, commits and password hashes, which it measures in the same run.
//
// Usage: go run ./internal/test/bench [-binary bin/twofold] [-databases sqlite,postgres] [-accounts 10000] [-processes 1]
// [-callers 1,8,32] [-requests 3000] [-only NAME]
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// plan holds the parameters of a run. Every combination of the listed values is measured.
type plan struct {
	binary    string
	databases []string
	accounts  []int
	processes []int
	callers   []int
	requests  int    // per scenario and number of callers
	only      string // part of the names of the scenarios to measure
	profiles  string // directory for a CPU profile of each scenario; empty for none
}

func main() {
	var p plan
	databases := flag.String("databases", "sqlite,postgres", "sqlite, postgres or both")
	accounts := flag.String("accounts", "10000", "numbers of accounts, separated by commas")
	processes := flag.String("processes", "1", "numbers of server processes per database, separated by commas; SQLite is measured with one")
	callers := flag.String("callers", "1,8,32", "numbers of concurrent callers, separated by commas")
	flag.StringVar(&p.binary, "binary", "bin/twofold", "server binary to measure")
	flag.IntVar(&p.requests, "requests", 3000, "requests per scenario and number of callers; ten times that for reads, a tenth for passwords")
	flag.StringVar(&p.only, "only", "", "measure only the scenarios whose name contains this text")
	flag.StringVar(&p.profiles, "profiles", "", "directory to write a CPU profile of each scenario to")
	flag.Parse()
	var errs [3]error
	p.databases = strings.Split(*databases, ",")
	p.accounts, errs[0] = parseNumbers(*accounts)
	p.processes, errs[1] = parseNumbers(*processes)
	p.callers, errs[2] = parseNumbers(*callers)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := cmp.Or(errors.Join(errs[:]...), run(ctx, p)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // the signal handler ends with the process
	}
}

// parseNumbers parses positive numbers separated by commas.
func parseNumbers(list string) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is not a positive number", text)
		}
		all = append(all, n)
	}
	return all, nil
}

func run(ctx context.Context, p plan) (err error) {
	info, err := os.Stat(p.binary)
	if err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	dir, err := os.MkdirTemp("", "twofold-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	echoBinary := filepath.Join(dir, "echobaseline")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", echoBinary, "./api/echobaseline").CombinedOutput(); err != nil { //nolint:gosec // fixed arguments
		return fmt.Errorf("build api/echobaseline: %w: %s", err, out)
	}
	fmt.Printf("%s/%s, %d cores shared by server, database and load generator; binary size %.1f MB\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), float64(info.Size())/1e6)
	fmt.Printf("TOTP code checks alone, on all cores: %.0f per s\n", measureCodeMatch())
	for _, kind := range p.databases {
		if err := p.measureKind(ctx, kind, dir, echoBinary); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// measureKind measures startup and all scenarios on one kind of database. echoBinary is the built api/echobaseline.
func (p plan) measureKind(ctx context.Context, kind, dir, echoBinary string) (err error) {
	databases, err := newDatabaseKind(ctx, kind, filepath.Join(dir, kind))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, databases.close()) }()
	if err := p.measureStartup(ctx, databases); err != nil {
		return err
	}
	for _, accounts := range p.accounts {
		for _, processes := range p.processes {
			if processes > 1 && kind == "sqlite" {
				continue
			}
			if err := p.measureScenarios(ctx, databases, echoBinary, accounts, processes); err != nil {
				return err
			}
		}
	}
	return nil
}

// measureScenarios measures the scenarios on a new database with the given numbers of accounts and server processes.
func (p plan) measureScenarios(ctx context.Context, databases *databaseKind, echoBinary string, accounts, processes int) (err error) {
	database, err := databases.create(ctx)
	if err != nil {
		return err
	}
	started, err := startServers(ctx, p.binary, database, processes)
	if err != nil {
		return err
	}
	defer started.stop()
	d, err := openDataset(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.populate(ctx, accounts, p.requests*(len(p.callers)+1)); err != nil {
		return err
	}
	fmt.Printf("\n%s, %d accounts, %d %s\n%s\n", databases.name, accounts, processes, plural(processes, "process"), header)
	for _, s := range scenarios {
		if !strings.Contains(s.name, p.only) {
			continue
		}
		for i, callers := range p.callers {
			if s.once && callers != slices.Max(p.callers) {
				continue
			}
			if s.once {
				i = len(p.callers)
			}
			m := measurement{plan: p, echoBinary: echoBinary, servers: started, dataset: d, database: database, share: i, callers: callers}
			if err := m.run(ctx, s); err != nil {
				return fmt.Errorf("%s, %d callers: %w", s.name, callers, err)
			}
		}
	}
	return nil
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "es"
}
