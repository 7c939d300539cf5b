// Package password turns a password into something that can be kept, and tells later whether a person typed it again.
//
// Hashes are argon2id (RFC 9106) in PHC strings. Hashing is made to cost memory and time, so a Hasher has a few slots
// and a short queue before them: who hashes takes a slot first, and is told ErrBusy rather than let the machine drown.
package password

import (
	"errors"
	"fmt"
)

// Params is what one hash costs.
type Params struct {
	MemoryKiB   uint32
	Time        uint32 // passes over the memory
	Parallelism uint8  // lanes
}

// Default is OWASP's row of 19 MiB, two passes, one lane: about 30 ms on a small server.
var Default = Params{MemoryKiB: 19 * 1024, Time: 2, Parallelism: 1}

// TestParams is for tests: a thirtieth of what the least of floors costs.
var TestParams = Params{MemoryKiB: 1024, Time: 1, Parallelism: 1}

// floors are the least costs that OWASP's Password Storage Cheat Sheet holds to be equally strong. Its rows with less
// memory are left out.
var floors = []Params{
	{MemoryKiB: 46 * 1024, Time: 1},
	{MemoryKiB: 19 * 1024, Time: 2},
	{MemoryKiB: 12 * 1024, Time: 3},
}

// Ceilings, for settings as for stored hashes: a corrupted or planted row must not be able to ask for all of the
// machine's memory. The dearest hash within them takes a few seconds.
const (
	maxMemoryKiB   = 1024 * 1024 // 1 GiB
	maxTime        = 16
	maxParallelism = 16
)

// Validate says what to raise or lower when p is weaker than OWASP's floors or beyond what a server can bear.
func (p Params) Validate() error {
	if p.Parallelism < 1 {
		return errors.New("argon2id parallelism must be at least 1")
	}
	if err := p.bounded(); err != nil {
		return err
	}
	for _, floor := range floors {
		if p.MemoryKiB >= floor.MemoryKiB && p.Time >= floor.Time {
			return nil
		}
	}
	return fmt.Errorf("argon2id memory %d KiB with time %d is too weak: use at least 47104 KiB with time 1, 19456 KiB with time 2, or 12288 KiB with time 3",
		p.MemoryKiB, p.Time)
}

func (p Params) bounded() error {
	switch {
	case p.MemoryKiB > maxMemoryKiB:
		return fmt.Errorf("argon2id memory %d KiB is too much: use at most %d KiB", p.MemoryKiB, maxMemoryKiB)
	case p.Time > maxTime:
		return fmt.Errorf("argon2id time %d is too much: use at most %d", p.Time, maxTime)
	case p.Parallelism > maxParallelism:
		return fmt.Errorf("argon2id parallelism %d is too much: use at most %d", p.Parallelism, maxParallelism)
	}
	return nil
}

// below tells whether a hash of cost p should be made anew at cost q. Lanes do not count: they change the time a hash
// takes, not its strength.
func (p Params) below(q Params) bool { return p.MemoryKiB < q.MemoryKiB || p.Time < q.Time }
