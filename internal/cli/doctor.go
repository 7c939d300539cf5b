package cli

import (
	"context"
	"fmt"
	"os"

	"twofold/internal/doctor"
)

type doctorCmd struct {
	Online bool   `help:"Fetch the public URL too, as a visitor would."`
	MailTo string `placeholder:"ADDRESS" help:"Send a test mail there."`
}

// Help says what to make of it.
func (doctorCmd) Help() string {
	return `Run it with the settings, and as the user, that the server runs with. It changes nothing: it reads, asks the database
and the mail server, and tries whether the address is free. Each line begins with ok, warning (it works, and may not be what you
want) or wrong (it does not, and the line ends with what to do). Exit status 1 when something is wrong.`
}

// Run tells what it finds, a line each.
func (cmd doctorCmd) Run(ctx context.Context, p Program) error {
	d := doctor.Doctor{Environ: os.Environ(), Now: p.Now, Online: cmd.Online, MailTo: cmd.MailTo}
	switch wrong := d.Run(ctx, func(f doctor.Finding) { p.printf("%-8s %-13s %s", f.State, f.Subject, f.Message) }); wrong {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("one thing is wrong")
	default:
		return fmt.Errorf("%d things are wrong", wrong)
	}
}
