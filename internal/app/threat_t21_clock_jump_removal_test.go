package app_test

import (
	"testing"
	"time"
)

// A new password ends a removal even if its timestamp is earlier, because the clock was set back.
func TestT21_ClockJump_RemovalEndedByNewPassword(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.Clock.Advance(-time.Hour)
	l.resetPassword()
	l.tick()
	if l.active() {
		t.Error("the removal is still in progress")
	}
}
