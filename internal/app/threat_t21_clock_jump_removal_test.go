package app_test

import (
	"testing"
	"time"
)

// What a removal rests on is gone with a new password, also where the clock says that the password came first.
func TestT21_ClockJump_RemovalEndedByNewPassword(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.Clock.Advance(-time.Hour)
	resetByMail(l)
	l.tick()
	if l.underWay() {
		t.Error("it goes on")
	}
}
