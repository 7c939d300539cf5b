package cli

import (
	"testing"

	"twofold/internal/config"
)

func TestMemoryFor_HashSlots(t *testing.T) {
	t.Parallel()
	for slots, want := range map[int]int64{1: 67 << 20, 2: 86 << 20, 16: 352 << 20} {
		if got := memoryFor(config.Passwords{ArgonMemoryKiB: 19 << 10, HashSlots: slots}); got != want {
			t.Errorf("%d slots: %d bytes, want %d", slots, got, want)
		}
	}
	if memoryFor(config.Passwords{ArgonMemoryKiB: 19 << 10}) < 67<<20 {
		t.Error("zero slots do not mean one per processor")
	}
}
