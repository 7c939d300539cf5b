// Package doctor checks an installation without changing it, and reports what is wrong and how to fix it. The entry
// point is [Doctor.Run].
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twofold/internal/app"
	"twofold/internal/config"
)

// State is the result of one check.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // it works, but may not be intended
	Failed  State = "wrong"   // it does not work, or is not safe
)

// Finding is one checked item.
type Finding struct {
	State   State
	Subject string // at most two words
	Message string // the result and, unless it is OK, what to do; never a secret
}

// Doctor checks what a process that starts here now would use.
type Doctor struct {
	Environ []string // as os.Environ lists it
	Now     func() time.Time
	Online  bool   // also fetch the public URL
	MailTo  string // recipient of a test mail; empty for none

	// Timeout limits each check that uses the network. Zero means five seconds.
	Timeout time.Duration

	report func(Finding)
	config config.Config
}

// Run reports each finding as it is made, and returns how many have failed. Checks that depend on a failed one are left
// out.
func (d Doctor) Run(ctx context.Context, tell func(Finding)) (wrong int) {
	d.report = func(f Finding) {
		if f.State == Failed {
			wrong++
		}
		f.Message = strings.Join(strings.Fields(f.Message), " ") // drivers' errors have several lines
		tell(f)
	}
	if d.Timeout == 0 {
		d.Timeout = 5 * time.Second
	}
	if !d.settings() {
		return wrong
	}
	d.addresses(ctx)
	d.memory(app.CapacityOf(d.config.Passwords))
	d.databaseAndKeys(ctx)
	d.mail(ctx)
	if d.Online {
		d.publicURL(ctx)
	}
	return wrong
}

func (d Doctor) ok(about, format string, args ...any) {
	d.report(Finding{OK, about, fmt.Sprintf(format, args...)})
}

func (d Doctor) warn(about, format string, args ...any) {
	d.report(Finding{Warning, about, fmt.Sprintf(format, args...)})
}

func (d Doctor) fail(about, format string, args ...any) {
	d.report(Finding{Failed, about, fmt.Sprintf(format, args...)})
}
