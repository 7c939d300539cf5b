package cli

import (
	"context"
	"fmt"
	"os"

	"twofold/internal/doctor"
)

type doctorCmd struct {
	Online bool   `help:"Also fetch the public URL, as a visitor would."`
	MailTo string `placeholder:"ADDRESS" help:"Send a test mail there."`
}

// Help describes the output.
func (doctorCmd) Help() string {
	return `Run it as the user and with the settings that the server runs with. It changes nothing: it reads files, queries the database
and the mail server, and tries to bind the listen address. Each line begins with ok, warning (it works, but may not be what you
want) or wrong (it does not work; the line ends with what to do). The exit status is 1 if anything is wrong.`
}

// Run prints a line per finding.
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
