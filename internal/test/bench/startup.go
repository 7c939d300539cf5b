package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// measureStartup prints the time from start to the first successful response, and the memory usage.
func (p plan) measureStartup(ctx context.Context, databases *databaseKind) error {
	const times = 5
	var firstStarts, restarts []time.Duration // on an empty database; on the one that the first start created
	var idle float64
	var d database
	for range times {
		var err error
		if d, err = databases.create(ctx); err != nil {
			return err
		}
		for _, durations := range []*[]time.Duration{&firstStarts, &restarts} {
			s, err := startProcess(ctx, p.binary, d)
			if err != nil {
				return err
			}
			*durations = append(*durations, s.startup)
			if len(restarts) == times {
				time.Sleep(2 * time.Second) // until the startup work is done
				idle = s.memory("VmRSS")
			}
			s.stop()
		}
	}
	peak, err := p.measurePeakMemory(ctx, d)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s: first response after %.0f ms on an empty database, %.0f ms on an existing one (median of %d); memory %.0f MiB idle, %.0f MiB at peak with 32 concurrent sign-ins\n",
		databases.name, median(firstStarts), median(restarts), times, idle, peak)
	return nil
}

// median sorts the durations and returns their median in milliseconds.
func median(durations []time.Duration) float64 {
	slices.Sort(durations)
	return float64(durations[len(durations)/2].Microseconds()) / 1e3
}

// measurePeakMemory returns the peak memory of a server under 32 concurrent password sign-ins, in MiB.
func (p plan) measurePeakMemory(ctx context.Context, at database) (peak float64, err error) {
	started, err := startServers(ctx, p.binary, at, 1)
	if err != nil {
		return 0, err
	}
	defer started.stop()
	d, err := openDataset(ctx, at)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	const callers = 32
	if err := d.populate(ctx, 2*callers, 2*callers); err != nil {
		return 0, err
	}
	sub := plan{requests: callers, callers: []int{callers}}
	requests, err := passwords(ctx, measurement{plan: sub, dataset: d, callers: callers})
	if err != nil {
		return 0, err
	}
	if _, err := runLoad(ctx, started.addresses(), callers, requests); err != nil {
		return 0, err
	}
	return started[0].memory("VmHWM"), nil
}
