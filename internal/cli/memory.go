package cli

import (
	"math"
	"runtime"
	"runtime/debug"

	"twofold/internal/config"
)

// reservedMemory is what the program may hold beside what it hashes, in bytes: three times what it holds when nobody asks for
// anything.
const reservedMemory = 48 << 20

// boundMemory has garbage collected when the program holds more than it needs, and not when it holds twice as much: the
// memory of a hash that is over would be counted twice. Whoever has set GOMEMLIMIT knows better. It is no hard limit.
func boundMemory(c config.Passwords) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryFor(c))
	}
}

// memoryFor is what serving takes, in bytes.
func memoryFor(c config.Passwords) int64 {
	slots := c.HashSlots
	if slots == 0 {
		slots = runtime.GOMAXPROCS(0)
	}
	return reservedMemory + int64(slots)*int64(c.ArgonMemoryKiB)<<10
}
