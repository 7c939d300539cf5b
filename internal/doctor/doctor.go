// Package doctor looks at an installation, changes nothing of it, and says what is wrong and what to do.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/config"
	"twofold/internal/store"
)

// patience is how long one thing may take that is asked over the network.
const patience = 5 * time.Second

// State is how one thing is.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // it works, and may not be what you want
	Wrong   State = "wrong"   // it does not work, or is not safe
)

// Finding is one thing that was looked at.
type Finding struct {
	State State
	About string // two words at most
	Says  string // what is so, and, unless it is OK, what to do. It never holds a secret
}

// Doctor looks at what one process would use that starts here now.
type Doctor struct {
	Environ []string // as os.Environ lists it
	Now     func() time.Time
	Online  bool   // fetch the public URL too
	MailTo  string // send a mail there; empty: none is sent

	tell   func(Finding)
	config config.Config
}

// Examine tells each finding when it is made, and answers how many are wrong. What cannot be looked at because of
// another finding is left out.
func (d Doctor) Examine(ctx context.Context, tell func(Finding)) (wrong int) {
	d.tell = func(f Finding) {
		if f.State == Wrong {
			wrong++
		}
		tell(f)
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
	d.tell(Finding{OK, about, fmt.Sprintf(format, args...)})
}

func (d Doctor) warn(about, format string, args ...any) {
	d.tell(Finding{Warning, about, fmt.Sprintf(format, args...)})
}

func (d Doctor) wrong(about, format string, args ...any) {
	d.tell(Finding{Wrong, about, fmt.Sprintf(format, args...)})
}

// kept looks at the master key and the database, which only mean something together.
func (d Doctor) kept(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	master, keyless := d.master()
	db, err := store.OpenReadOnly(d.config.DatabaseURL, slog.New(slog.DiscardHandler))
	switch {
	case errors.Is(err, store.ErrAbsent):
		d.absent()
		return
	case err != nil:
		d.wrong("database", "%v. Correct TWOFOLD_DATABASE_URL, or give it back to the user that Twofold runs as.", err)
		return
	}
	defer func() { _ = db.Close() }()
	if !d.schema(ctx, db) {
		return
	}
	d.file(ctx, db)
	d.keys(ctx, db, master, keyless)
}
