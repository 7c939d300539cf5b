package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// measureStart prints how soon the program answers, and how much memory it takes.
func (p plan) measureStart(ctx context.Context, place *databaseKind) error {
	const times = 5
	var empty, again []time.Duration
	var idle float64
	var at database
	for range times {
		var err error
		if at, err = place.fresh(ctx); err != nil {
			return err
		}
		for _, took := range []*[]time.Duration{&empty, &again} {
			s, err := startProcess(ctx, p.binary, at)
			if err != nil {
				return err
			}
			*took = append(*took, s.took)
			if len(again) == times {
				time.Sleep(2 * time.Second) // what it does at its start is done
				idle = s.memory("VmRSS")
			}
			s.stop()
		}
	}
	peak, err := p.measurePeak(ctx, at)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s: first 200 after %.0f ms on an empty database, %.0f ms on its own (median of %d); memory %.0f MiB idle, %.0f MiB at its peak with 32 sign-ins at once\n",
		place.name, median(empty), median(again), times, idle, peak)
	return nil
}

func median(of []time.Duration) float64 {
	slices.Sort(of)
	return float64(of[len(of)/2].Microseconds()) / 1e3
}

// measurePeak is the most memory of a process to which 32 people sign in at once.
func (p plan) measurePeak(ctx context.Context, at database) (peak float64, err error) {
	f, err := startFleet(ctx, p.binary, at, 1)
	if err != nil {
		return 0, err
	}
	defer f.stop()
	t, err := openDataset(ctx, at)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	const callers = 32
	if err := t.populate(ctx, 2*callers, 2*callers); err != nil {
		return 0, err
	}
	all := plan{requests: callers, callers: []int{callers}}
	calls, err := passwords(ctx, measurement{plan: all, dataset: t, callers: callers})
	if err != nil {
		return 0, err
	}
	if _, err := runLoad(ctx, f.addresses(), callers, calls); err != nil {
		return 0, err
	}
	return f[0].memory("VmHWM"), nil
}
