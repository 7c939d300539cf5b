package password

import (
	"slices"
	"sync"
)

// fairQueue hands out a number of slots, at most one per account, and takes turns between the accounts that wait. Otherwise one
// account with many connections would keep all others from hashing. If the queue is full, a new caller replaces the last caller
// of the account that has the most, unless its own account would then have as many.
type fairQueue struct {
	slots, places int // the most callers with a slot, and the most waiting

	mu            sync.Mutex
	busy, waiting int
	accounts      map[string]*accountQueue // that have a slot or wait
	turns         []*accountQueue          // that wait and have no slot, in the order of their turns
}

// accountQueue holds the callers of one account.
type accountQueue struct {
	key     string
	hashing bool
	callers []*caller // that wait, in the order in which they came
}

// caller waits for a slot. result receives nil when it gets one, or ErrBusy if it loses its place.
type caller struct {
	account *accountQueue
	result  chan error
}

func newFairQueue(slots, places int) *fairQueue {
	return &fairQueue{slots: slots, places: places, accounts: make(map[string]*accountQueue)}
}

// enter adds a caller for an account. Its result is there at once if a slot is free, or if there is no place.
func (q *fairQueue) enter(account string) *caller {
	q.mu.Lock()
	defer q.mu.Unlock()
	a := q.accounts[account]
	if a == nil {
		a = &accountQueue{key: account}
		q.accounts[account] = a
	}
	c := &caller{a, make(chan error, 1)}
	if q.busy == q.slots || a.hashing {
		if !q.makePlace(a) {
			q.forget(a)
			c.result <- ErrBusy
			return c
		}
	}
	a.callers = append(a.callers, c)
	q.waiting++
	if len(a.callers) == 1 && !a.hashing {
		q.turns = append(q.turns, a)
	}
	q.assign()
	return c
}

// makePlace reports whether there is a place for one more caller of a.
func (q *fairQueue) makePlace(a *accountQueue) bool {
	if q.waiting < q.places {
		return true
	}
	longest := a
	for _, other := range q.accounts {
		if len(other.callers) > len(longest.callers) {
			longest = other
		}
	}
	if len(longest.callers) <= len(a.callers)+1 {
		return false
	}
	last := longest.callers[len(longest.callers)-1]
	longest.callers = longest.callers[:len(longest.callers)-1] // it keeps at least one
	q.waiting--
	last.result <- ErrBusy
	return true
}

// assign gives the free slots to the first callers of the accounts whose turn it is.
func (q *fairQueue) assign() {
	for q.busy < q.slots && len(q.turns) > 0 {
		a := q.turns[0]
		q.turns = q.turns[1:]
		first := a.callers[0]
		a.callers = a.callers[1:]
		a.hashing = true
		q.waiting--
		q.busy++
		first.result <- nil
	}
}

// release returns the slot of an account.
func (q *fairQueue) release(a *accountQueue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	a.hashing = false
	q.busy--
	if len(a.callers) > 0 {
		q.turns = append(q.turns, a)
	}
	q.forget(a)
	q.assign()
}

// leave removes a caller that does not wait any longer. It reports false if the caller has its result already.
func (q *fairQueue) leave(c *caller) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	a := c.account
	at := slices.Index(a.callers, c)
	if at < 0 {
		return false
	}
	a.callers = slices.Delete(a.callers, at, at+1)
	q.waiting--
	if len(a.callers) == 0 {
		q.turns = slices.DeleteFunc(q.turns, func(other *accountQueue) bool { return other == a })
		q.forget(a)
	}
	return true
}

// forget deletes an account without callers.
func (q *fairQueue) forget(a *accountQueue) {
	if !a.hashing && len(a.callers) == 0 {
		delete(q.accounts, a.key)
	}
}

// load returns the number of callers with a slot and of those that wait.
func (q *fairQueue) load() (busy, waiting int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.busy, q.waiting
}
