package cli

import (
	"math"
	"runtime"
	"runtime/debug"

	"twofold/internal/config"
)

// reservedMemory is the memory in bytes that the program may use besides hashing: three times its idle memory.
const reservedMemory = 48 << 20

// boundMemory makes the garbage collector run when the program exceeds the memory that it needs, instead of at twice
// the live heap, which would count the memory of finished hashes twice. GOMEMLIMIT, if set, takes precedence. It is a
// soft limit.
func boundMemory(c config.Passwords) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryFor(c))
	}
}

// memoryFor returns the memory that serving takes, in bytes.
func memoryFor(c config.Passwords) int64 {
	slots := c.HashSlots
	if slots == 0 {
		slots = runtime.GOMAXPROCS(0)
	}
	return reservedMemory + int64(slots)*int64(c.ArgonMemoryKiB)<<10
}
