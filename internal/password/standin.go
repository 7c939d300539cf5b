package password

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Costs is how many stored hashes have each cost.
type Costs map[Params]int

// Add counts a stored hash. It ignores a malformed one, such as an empty text.
func (c Costs) Add(stored string) {
	if parsed, err := parse(stored); err == nil {
		c[parsed.params]++
	}
}

// standIns are hashes of each cost in use, from cheap to expensive, which stand in for missing ones.
type standIns struct {
	key    []byte
	hashes []standIn
}

type standIn struct {
	hash  string
	share float64 // of the stored hashes that have this cost or a lower one
}

// SetCosts sets the costs from which DummyHash picks, and the key for it, which is the same in all processes.
func (h *Hasher) SetCosts(key []byte, stored Costs) {
	total, sum := 0, 0
	var costs []Params
	for p, n := range stored {
		costs = append(costs, p)
		total += n
	}
	slices.SortFunc(costs, func(a, b Params) int {
		return cmp.Or(cmp.Compare(a.work(), b.work()), cmp.Compare(a.MemoryKiB, b.MemoryKiB), cmp.Compare(a.Parallelism, b.Parallelism))
	})
	s := &standIns{key: key}
	for _, p := range costs {
		sum += stored[p]
		s.hashes = append(s.hashes, standIn{dummy(p), float64(sum) / float64(total)})
	}
	h.standIns.Store(s)
}

// work is proportional to the time that a hash takes.
func (p Params) work() uint64 { return uint64(p.MemoryKiB) * uint64(p.Time) }

// DummyHash returns a PHC string with a random tag, which no password matches in practice, for an account without a hash or an
// address without an account, which key identifies. Verifying against it takes as long for an unknown account as for a known one:
// after parameters were raised, accounts have hashes of several costs, and a keyed digest picks one of these for each key, with
// the probability that an account has it. The same key gets the same cost, until accounts get hashes of higher cost.
func (h *Hasher) DummyHash(key string) string {
	s := h.standIns.Load()
	if s == nil || len(s.hashes) == 0 {
		return h.dummyHash
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(key))
	at := float64(binary.BigEndian.Uint64(mac.Sum(nil))>>11) / (1 << 53)
	for _, candidate := range s.hashes {
		if at < candidate.share {
			return candidate.hash
		}
	}
	return s.hashes[len(s.hashes)-1].hash
}

// dummy returns a PHC string of cost p with a random tag.
func dummy(p Params) string {
	return phc{params: p, salt: randomBytes(saltSize), tag: randomBytes(tagSize)}.String()
}
