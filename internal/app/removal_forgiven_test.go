package app_test

import (
	"testing"
	"time"
)

// A correct password clears the failures and the backoff. The removal must have been paused during it all the same.
func TestMFARemoval_PausedByClearedBackoff(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.Deliver()
	for range 5 {
		l.Script("").SignIn(ada, JSON{"password": "not her password, certainly"})
	}
	l.Clock.Advance(31 * time.Second)
	l.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	l.Clock.Advance(29 * time.Second)
	l.tick()
	if a := l.request().Require(202, ""); a.Int("remaining_seconds") != 72*3600 {
		t.Errorf("the delay continued during the owner's backoff: %s", a.Body)
	}
}
