package app

import (
	"testing"

	"twofold/internal/config"
	"twofold/internal/memlimit"
)

func TestCapacityOf(t *testing.T) {
	t.Parallel()
	limit := func(mib int64) memlimit.Limit {
		return memlimit.Limit{Bytes: mib << 20, Source: "limit of the control group", Usable: mib << 20 / 8 * 7}
	}
	for name, c := range map[string]struct {
		setting, processors int
		limit               memlimit.Limit
		slots               int
		text                string
	}{
		"no limit":                          {0, 16, memlimit.Limit{}, 16, "16 hashes at a time (no memory limit)"},
		"a small container on a large host": {0, 16, limit(256), 7, "room for 7 hashes of 19 MiB (256 MiB, limit of the control group), 7 at a time"},
		"a setting above the room":          {32, 2, limit(512), 16, "room for 16 hashes of 19 MiB (512 MiB, limit of the control group), 16 at a time"},
		"a setting below the room":          {3, 16, limit(512), 3, "room for 16 hashes of 19 MiB (512 MiB, limit of the control group), 3 at a time"},
		"fewer processors than room":        {0, 2, limit(1024), 2, "room for 35 hashes of 19 MiB (1024 MiB, limit of the control group), 2 at a time"},
		"no room":                           {0, 4, limit(48), 1, "room for 0 hashes of 19 MiB (48 MiB, limit of the control group), 1 at a time"},
	} {
		got := capacityOf(config.Passwords{ArgonMemoryKiB: 19 << 10, HashSlots: c.setting}, c.processors, c.limit)
		if got.Slots != c.slots || got.String() != c.text {
			t.Errorf("%s: got %d slots, %q, want %d, %q", name, got.Slots, got, c.slots, c.text)
		}
		if c.slots > 1 && c.limit.Bytes > 0 && got.Memory() > c.limit.Usable {
			t.Errorf("%s: serving takes %d bytes, of which only %d are usable", name, got.Memory(), c.limit.Usable)
		}
		if enough := (memlimit.Limit{Bytes: got.Needed(), Usable: got.Needed() / 8 * 7}); c.limit.Bytes > 0 {
			if again := capacityOf(config.Passwords{ArgonMemoryKiB: 19 << 10, HashSlots: c.setting}, c.processors, enough); again.Slots < got.Wanted-1 {
				t.Errorf("%s: with %s there are %d slots, want %d", name, enough, again.Slots, got.Wanted)
			}
		}
	}
}
