package app_test

import (
	"testing"
	"time"
)

// What a removal rests on is gone with a new password, also where the clock says that the password came first.
func TestT21_ClockJump_RemovalEndedByNewPassword(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.Clock.Advance(-time.Hour)
	l.resetPassword()
	l.tick()
	if l.active() {
		t.Error("it goes on")
	}
}
