package app

import (
	"fmt"
	"runtime"

	"twofold/internal/config"
	"twofold/internal/memlimit"
)

// reservedMemory is the memory in bytes that the program may use besides hashing.
const reservedMemory = 48 << 20

// HashCapacity is how many passwords are hashed at the same time: as many as processors or settings permit, and as memory has
// room for. With more, a burst of sign-ins would exceed the memory limit, and the system would kill the process.
type HashCapacity struct {
	Slots  int // hashes at the same time, at least one
	Wanted int // TWOFOLD_HASH_SLOTS, or one for each processor
	Room   int // hashes that memory has room for, perhaps none; -1: unknown
	Limit  memlimit.Limit
	each   int64 // bytes of one hash
}

// CapacityOf returns the capacity of this process.
func CapacityOf(c config.Passwords) HashCapacity {
	return capacityOf(c, runtime.GOMAXPROCS(0), memlimit.Find())
}

func capacityOf(c config.Passwords, processors int, limit memlimit.Limit) HashCapacity {
	h := HashCapacity{Wanted: c.HashSlots, Room: -1, Limit: limit, each: int64(c.ArgonMemoryKiB) << 10}
	if h.Wanted == 0 {
		h.Wanted = processors
	}
	h.Slots = h.Wanted
	if limit.Bytes > 0 {
		// A quarter more, because memory of finished hashes waits for the garbage collector.
		h.Room = int(max(limit.Usable-reservedMemory, 0) / (h.each / 4 * 5))
		h.Slots = max(min(h.Wanted, h.Room), 1)
	}
	return h
}

// Memory returns the memory that serving takes, in bytes.
func (h HashCapacity) Memory() int64 { return reservedMemory + int64(h.Slots)*h.each }

// Needed returns the memory limit, in bytes, that has room for as many hashes as wanted.
func (h HashCapacity) Needed() int64 {
	return (reservedMemory + int64(h.Wanted)*(h.each/4*5)) / 7 * 8
}

// String formats the capacity for users.
func (h HashCapacity) String() string {
	if h.Room < 0 {
		return fmt.Sprintf("%d hashes at a time (%s)", h.Slots, h.Limit)
	}
	return fmt.Sprintf("room for %d hashes of %d MiB (%s), %d at a time", h.Room, h.each>>20, h.Limit, h.Slots)
}
