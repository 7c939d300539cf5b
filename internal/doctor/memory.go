package doctor

import "twofold/internal/app"

// memory checks that memory has room for as many hashes as the processors or the settings permit.
func (d Doctor) memory(c app.HashCapacity) {
	switch {
	case c.Room == 0:
		d.warn("memory", "%s: one hash may exceed the limit, and the system then kills the server. Raise the limit to %d MiB.", c, c.Needed()>>20+1)
	case c.Slots < c.Wanted:
		d.warn("memory", "%s, fewer than the %d that TWOFOLD_HASH_SLOTS or the processors permit: the others wait. Raise the limit to %d MiB, or lower TWOFOLD_HASH_SLOTS.",
			c, c.Wanted, c.Needed()>>20+1)
	default:
		d.ok("memory", "%s", c)
	}
}
