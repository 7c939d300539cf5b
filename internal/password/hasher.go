package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"twofold/internal/secret"
)

// ErrBusy means that too many passwords are being hashed; the caller should come back a little later.
var ErrBusy = errors.New("too many passwords are being checked")

// Hasher hashes passwords at one cost, a few at a time. It is safe for concurrent use.
type Hasher struct {
	// OnAcquire, where it is set, is told of each who asks for a slot. What it answers is called when the wait is over, with
	// nil, ErrBusy or the context's error; and what that answers, when the slot was given back.
	OnAcquire func(ctx context.Context) (admitted func(error) (released func()))

	params    Params
	wait      time.Duration
	slots     chan struct{} // holds one for each hash under way
	queue     chan struct{} // holds one for each caller waiting for a slot
	dummyHash string
}

// NewHasher returns a Hasher of cost p that lets slots callers hash at once and queue more wait, each for at most wait.
// GOMAXPROCS slots keep every core busy. It refuses a p that does not validate, no slots, and a negative queue or wait.
func NewHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return newHasher(p, slots, queue, wait)
}

// NewTestHasher is NewHasher for tests, which have thousands of passwords and nothing to protect: it takes any cost.
func NewTestHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	return newHasher(p, slots, queue, wait)
}

func newHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	if slots < 1 {
		return nil, fmt.Errorf("password hashing needs at least 1 slot, not %d", slots)
	}
	if queue < 0 || wait < 0 {
		return nil, fmt.Errorf("the queue for password hashing cannot be %d places long or %v", queue, wait)
	}
	return &Hasher{
		params:    p,
		wait:      wait,
		slots:     make(chan struct{}, slots),
		queue:     make(chan struct{}, queue),
		dummyHash: phc{params: p, salt: randomBytes(saltSize), tag: randomBytes(tagSize)}.String(),
	}, nil
}

// Acquire takes a slot, which the caller holds while it hashes and gives back with release; releasing twice is
// harmless. Slots go to those who wait in the order they came.
//
// It answers ErrBusy at once when the queue is full and after the wait when no slot came free, and the context's error
// when that ends first.
func (h *Hasher) Acquire(ctx context.Context) (release func(), err error) {
	admitted := h.onAcquire(ctx)
	err = h.take(ctx)
	released := admitted(err)
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		<-h.slots
		released()
	}), nil
}

// take waits for a slot.
func (h *Hasher) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return ErrBusy
	}
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) onAcquire(ctx context.Context) (admitted func(error) (released func())) {
	if h.OnAcquire == nil {
		return func(error) func() { return func() {} }
	}
	return h.OnAcquire(ctx)
}

// QueueStats is what a Hasher has to do at the moment, and the most that it takes on.
type QueueStats struct {
	Busy, Slots    int
	Waiting, Queue int
}

// QueueStats answers it.
func (h *Hasher) QueueStats() QueueStats {
	return QueueStats{Busy: len(h.slots), Slots: cap(h.slots), Waiting: len(h.queue), Queue: cap(h.queue)}
}

// Hash returns the PHC string of pw, in NFC, with a fresh salt: $argon2id$v=19$m=…,t=…,p=…$salt$tag. The caller holds a
// slot and has asked Acceptable; what Verify could never match is refused with ErrTooLong or ErrEncoding all the same.
func (h *Hasher) Hash(pw secret.Text) (string, error) {
	normal, err := normalize(pw)
	if err != nil {
		return "", err
	}
	made := phc{params: h.params, salt: randomBytes(saltSize)}
	made.tag = tag(normal, made.salt, made.params, tagSize)
	return made.String(), nil
}

// Verify tells whether pw, in NFC, is the password hashed in stored, comparing in constant time. The caller holds a slot.
//
// stale comes with ok only and means that the hash was made at a lower cost than this Hasher's: hash pw anew and store
// that. A password that is longer than MaxLength or not valid UTF-8 is nobody's and is refused without hashing. It
// answers an error for a PHC string that is malformed or asks for more than 1 GiB, 16 passes or 16 lanes.
func (h *Hasher) Verify(stored string, pw secret.Text) (ok, stale bool, err error) {
	kept, err := parse(stored)
	if err != nil {
		return false, false, err
	}
	normal, err := normalize(pw)
	if err != nil {
		return false, false, nil //nolint:nilerr // a wrong password, not a mistake
	}
	computed := tag(normal, kept.salt, kept.params, uint32(len(kept.tag))) //nolint:gosec // parse admits at most 64 bytes
	if subtle.ConstantTimeCompare(computed, kept.tag) != 1 {
		return false, false, nil
	}
	weak := kept.params.below(h.params) || len(kept.salt) < saltSize || len(kept.tag) < tagSize
	return true, weak, nil
}

// DummyHash returns a PHC string of this Hasher's cost whose tag is random, so that no password matches it in practice.
// Verifying against it makes an unknown account take as long as a known one.
func (h *Hasher) DummyHash() string { return h.dummyHash }

func tag(pw string, salt []byte, p Params, size uint32) []byte {
	return argon2.IDKey([]byte(pw), salt, p.Time, p.MemoryKiB, p.Parallelism, size)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: it ends the program rather than return weak bytes
	return b
}
