package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"twofold/internal/secret"
)

// ErrBusy means that the queue for hash slots is full, or that the wait was too long. Retrying later may succeed.
var ErrBusy = errors.New("the queue for hash slots is full")

// Hasher hashes passwords at one cost, a limited number at a time. It is safe for concurrent use.
type Hasher struct {
	// OnAcquire, if set, is called when a caller asks for a slot. It returns a function that is called when the wait ends, with
	// nil, ErrBusy or the context's error. That returns a function that is called when the slot is released.
	OnAcquire func(ctx context.Context) (admitted func(error) (released func()))

	params    Params
	wait      time.Duration // maximum wait for a slot
	queue     *fairQueue
	dummyHash string
	standIns  atomic.Pointer[standIns]
}

// NewHasher returns a Hasher of cost p with a number of slots, and a queue of callers that wait for one, each for at most wait.
// GOMAXPROCS slots keep every core busy. It returns an error if p does not validate, for less than one slot, and for a negative
// queue or wait.
func NewHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return newHasher(p, slots, queue, wait)
}

// NewTestHasher returns a Hasher of any cost, for tests, which hash thousands of passwords and protect nothing.
func NewTestHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	return newHasher(p, slots, queue, wait)
}

func newHasher(p Params, slots, queue int, wait time.Duration) (*Hasher, error) {
	if slots < 1 {
		return nil, fmt.Errorf("password hashing needs at least 1 slot, not %d", slots)
	}
	if queue < 0 || wait < 0 {
		return nil, fmt.Errorf("the queue for password hashing cannot have %d places and a wait of %v", queue, wait)
	}
	return &Hasher{
		params:    p,
		wait:      wait,
		queue:     newFairQueue(slots, queue),
		dummyHash: dummy(p),
	}, nil
}

// Acquire takes a slot for an account, which the caller holds while it hashes and returns with release; further calls of release
// have no effect. The account is its id, or a key for an address without one. An account has one slot at a time, and waiting
// accounts get slots in turn, so that none can keep the others from hashing. Acquire returns ErrBusy at once if the queue is full,
// ErrBusy after the maximum wait or if other accounts need the place, and the context's error if ctx ends first. A caller with a
// slot must not call it for the same account.
func (h *Hasher) Acquire(ctx context.Context, account string) (release func(), err error) {
	admitted := h.onAcquire(ctx)
	c, err := h.take(ctx, account)
	released := admitted(err)
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		h.queue.release(c.account)
		released()
	}), nil
}

// take waits for a slot.
func (h *Hasher) take(ctx context.Context, account string) (*caller, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := h.queue.enter(account)
	select { // without a timer if the result is there
	case err := <-c.result:
		return c, err
	default:
	}
	timer := time.NewTimer(h.wait)
	defer timer.Stop()
	var err error
	select {
	case err := <-c.result:
		return c, err
	case <-timer.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	if !h.queue.leave(c) { // the result came at the same moment
		return c, <-c.result
	}
	return nil, err
}

// onAcquire calls OnAcquire, if it is set.
func (h *Hasher) onAcquire(ctx context.Context) (admitted func(error) (released func())) {
	if h.OnAcquire == nil {
		return func(error) func() { return func() {} }
	}
	return h.OnAcquire(ctx)
}

// QueueStats is the current load of a Hasher and its limits.
type QueueStats struct {
	Busy, Slots    int // slots in use, and all slots
	Waiting, Queue int // callers that wait, and the most that can wait
}

// QueueStats returns the current load and the limits.
func (h *Hasher) QueueStats() QueueStats {
	busy, waiting := h.queue.load()
	return QueueStats{Busy: busy, Slots: h.queue.slots, Waiting: waiting, Queue: h.queue.places}
}

// Hash returns the PHC string of pw, in NFC, with a fresh salt: $argon2id$v=19$m=…,t=…,p=…$salt$tag. The caller holds a slot
// and has called Validate; Hash still returns ErrTooLong or ErrEncoding for a password that Verify could never match.
func (h *Hasher) Hash(pw secret.Text) (string, error) {
	normal, err := normalize(pw)
	if err != nil {
		return "", err
	}
	made := phc{params: h.params, salt: randomBytes(saltSize)}
	made.tag = tag(normal, made.salt, made.params, tagSize)
	return made.String(), nil
}

// Verify reports whether stored is a hash of pw, in NFC, and compares in constant time. The caller holds a slot.
//
// If ok, stale means that the hash has a lower cost than this Hasher's, and that the caller should store a new hash of pw. A
// password that is longer than MaxLength or not valid UTF-8 matches nothing and is rejected without hashing. Verify returns an
// error for a PHC string that is malformed or has a cost of more than 1 GiB, 16 passes or 16 lanes.
func (h *Hasher) Verify(stored string, pw secret.Text) (ok, stale bool, err error) {
	parsed, err := parse(stored)
	if err != nil {
		return false, false, err
	}
	normal, err := normalize(pw)
	if err != nil {
		return false, false, nil //nolint:nilerr // such a password matches no hash
	}
	computed := tag(normal, parsed.salt, parsed.params, uint32(len(parsed.tag))) //nolint:gosec // parse admits at most 64 bytes
	if subtle.ConstantTimeCompare(computed, parsed.tag) != 1 {
		return false, false, nil
	}
	stale = parsed.params.below(h.params) || len(parsed.salt) < saltSize || len(parsed.tag) < tagSize
	return true, stale, nil
}

func tag(pw string, salt []byte, p Params, size uint32) []byte {
	return argon2.IDKey([]byte(pw), salt, p.Time, p.MemoryKiB, p.Parallelism, size)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never returns an error: it crashes the program instead
	return b
}
