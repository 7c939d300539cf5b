// Package doctor looks at an installation, changes nothing of it, and says what is wrong and what to do.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twofold/internal/config"
)

// State is how one thing is.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // it works, and may not be what you want
	Failed  State = "wrong"   // it does not work, or is not safe
)

// Finding is one thing that was looked at.
type Finding struct {
	State   State
	Subject string // two words at most
	Message string // what is so, and, unless it is OK, what to do. It never holds a secret
}

// Doctor looks at what one process would use that starts here now.
type Doctor struct {
	Environ []string // as os.Environ lists it
	Now     func() time.Time
	Online  bool   // fetch the public URL too
	MailTo  string // send a mail there; empty: none is sent

	// Timeout is how long one thing may take that is asked over the network. Zero is five seconds.
	Timeout time.Duration

	report func(Finding)
	config config.Config
}

// Run tells each finding when it is made, and answers how many are wrong. What cannot be looked at because of
// another finding is left out.
func (d Doctor) Run(ctx context.Context, tell func(Finding)) (wrong int) {
	d.report = func(f Finding) {
		if f.State == Failed {
			wrong++
		}
		f.Message = strings.Join(strings.Fields(f.Message), " ") // drivers answer in several lines
		tell(f)
	}
	if d.Timeout == 0 {
		d.Timeout = 5 * time.Second
	}
	if !d.settings() {
		return wrong
	}
	d.addresses(ctx)
	d.kept(ctx)
	d.mail(ctx)
	if d.Online {
		d.visit(ctx)
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
