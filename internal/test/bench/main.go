// Bench starts the built program on databases of its own, SQLite and PostgreSQL, puts a load on it, and prints figures
// beside the limits of the machine, which it measures in the same run.
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

// plan is what to measure: every one of each list with every one of the others.
type plan struct {
	binary    string
	databases []string
	accounts  []int
	processes []int
	callers   []int
	requests  int    // of an operation and a number of callers
	only      string // what is measured has it in its name
	profiles  string // a folder for a CPU profile of each operation, if any
}

func main() {
	var p plan
	databases := flag.String("databases", "sqlite,postgres", "sqlite, postgres or both")
	accounts := flag.String("accounts", "10000", "how many there are: numbers, comma between")
	processes := flag.String("processes", "1", "how many serve one database (PostgreSQL only), likewise")
	callers := flag.String("callers", "1,8,32", "how many call at once, likewise")
	flag.StringVar(&p.binary, "binary", "bin/twofold", "the program to measure")
	flag.IntVar(&p.requests, "requests", 3000, "requests of an operation and a number of callers; there are ten times as many reads and a tenth as many passwords")
	flag.StringVar(&p.only, "only", "", "measure only operations with this in their name")
	flag.StringVar(&p.profiles, "profiles", "", "a folder to write a CPU profile of each operation to")
	flag.Parse()
	var errs [3]error
	p.databases = strings.Split(*databases, ",")
	p.accounts, errs[0] = numbers(*accounts)
	p.processes, errs[1] = numbers(*processes)
	p.callers, errs[2] = numbers(*callers)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := cmp.Or(errors.Join(errs[:]...), run(ctx, p)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // what stop undoes ends with the process
	}
}

func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number above zero", text)
		}
		all = append(all, n)
	}
	return all, nil
}

func run(ctx context.Context, p plan) (err error) {
	info, err := os.Stat(p.binary)
	if err != nil {
		return fmt.Errorf("%w; make build first", err)
	}
	dir, err := os.MkdirTemp("", "twofold-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	limit := filepath.Join(dir, "limit")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", limit, "./api/echobaseline").CombinedOutput(); err != nil { //nolint:gosec // of ours
		return fmt.Errorf("build api/echobaseline: %w: %s", err, out)
	}
	fmt.Printf("%s/%s, %d cores, with the load program and the database beside the server; the program has %.1f MB\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), float64(info.Size())/1e6)
	fmt.Printf("Match alone, on all cores: %.0f per s\n", measureMatch())
	for _, kind := range p.databases {
		if err := p.measure(ctx, kind, dir, limit); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// measure measures everything on one kind of database. Limit is the program of api/echobaseline.
func (p plan) measure(ctx context.Context, kind, dir, limit string) (err error) {
	place, err := newPlace(ctx, kind, filepath.Join(dir, kind))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.close()) }()
	if err := p.measureStart(ctx, place); err != nil {
		return err
	}
	for _, accounts := range p.accounts {
		for _, processes := range p.processes {
			if processes > 1 && kind == "sqlite" {
				continue
			}
			if err := p.load(ctx, place, limit, accounts, processes); err != nil {
				return err
			}
		}
	}
	return nil
}

// load measures the operations on a new database with so many accounts.
func (p plan) load(ctx context.Context, place *databaseKind, limit string, accounts, processes int) (err error) {
	at, err := place.fresh(ctx)
	if err != nil {
		return err
	}
	f, err := startFleet(ctx, p.binary, at, processes)
	if err != nil {
		return err
	}
	defer f.stop()
	t, err := openDataset(ctx, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if err := t.populate(ctx, accounts, p.requests*(len(p.callers)+1)); err != nil {
		return err
	}
	fmt.Printf("\n%s, %d accounts, %d %s\n%s\n", place.name, accounts, processes, plural(processes, "process"), header)
	for _, o := range operations {
		if !strings.Contains(o.name, p.only) {
			continue
		}
		for i, callers := range p.callers {
			if o.once && callers != slices.Max(p.callers) {
				continue
			}
			if o.once {
				i = len(p.callers)
			}
			if err := (measurement{plan: p, limit: limit, fleet: f, dataset: t, at: at, share: i, callers: callers}).measure(ctx, o); err != nil {
				return fmt.Errorf("%s, %d callers: %w", o.name, callers, err)
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
