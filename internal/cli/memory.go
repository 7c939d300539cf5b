package cli

import (
	"math"
	"runtime/debug"

	"twofold/internal/app"
	"twofold/internal/config"
)

// boundMemory makes the garbage collector run when the program exceeds the memory that it needs, instead of at twice
// the live heap, which would count the memory of finished hashes twice. GOMEMLIMIT, if set, takes precedence. It is a
// soft limit.
func boundMemory(c config.Passwords) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(app.CapacityOf(c).Memory())
	}
}
