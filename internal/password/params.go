// Package password hashes and verifies passwords and recovery codes with argon2id (RFC 9106), and checks new passwords against
// the policy of NIST SP 800-63B-4 §3.1.1.2. Hashes are PHC strings; passwords are compared in NFC. Hashing is expensive by
// design, so a [Hasher] has a few slots and a short queue: callers acquire a slot before they hash, and get ErrBusy when the
// queue is full. The entry points are [Validate] and [Hasher].
package password

import (
	"errors"
	"fmt"
)

// Params is the cost of one hash.
type Params struct {
	MemoryKiB   uint32 // memory in KiB
	Time        uint32 // passes over the memory
	Parallelism uint8  // lanes
}

// Default is one of the settings of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. It takes about 30 ms
// on a small server.
var Default = Params{MemoryKiB: 19 * 1024, Time: 2, Parallelism: 1}

// TestParams is for tests. It costs about a thirtieth of the cheapest of floors.
var TestParams = Params{MemoryKiB: 1024, Time: 1, Parallelism: 1}

// floors are the minimum costs of OWASP's Password Storage Cheat Sheet, which considers them equally strong. Its settings with
// less memory are left out.
var floors = []Params{
	{MemoryKiB: 46 * 1024, Time: 1},
	{MemoryKiB: 19 * 1024, Time: 2},
	{MemoryKiB: 12 * 1024, Time: 3},
}

// Maximum costs, for settings and for stored hashes: a corrupted or planted row must not exhaust the machine's memory. The most
// expensive hash within them takes a few seconds.
const (
	maxMemoryKiB   = 1024 * 1024 // 1 GiB
	maxTime        = 16
	maxParallelism = 16
)

// Validate returns an error that names what to raise or lower if p is weaker than OWASP's minimum or exceeds the maximum.
func (p Params) Validate() error {
	if p.Parallelism < 1 {
		return errors.New("argon2id parallelism must be at least 1")
	}
	if err := p.checkMax(); err != nil {
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

// checkMax returns an error if p exceeds the maximum costs.
func (p Params) checkMax() error {
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

// below reports whether a hash of cost p should be replaced by one of cost q. Lanes do not count, because they change how long
// a hash takes and not its strength.
func (p Params) below(q Params) bool { return p.MemoryKiB < q.MemoryKiB || p.Time < q.Time }
