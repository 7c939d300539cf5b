package app_test

import (
	"testing"
	"time"
)

// Whoever knows the password can have its wrong tries forgiven, and leaves no trace of the wait by that.
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
		t.Errorf("a minute in which the owner had to wait counted: %s", a.Body)
	}
}
