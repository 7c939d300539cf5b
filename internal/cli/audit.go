package cli

import (
	"context"
	"errors"
)

type auditCommands struct {
	Verify verifyAudit `cmd:"" help:"Say whether the record is as it was written. Exits with 1 where it is not."`
}

type verifyAudit struct{}

// Run walks every account's chain and names each entry that was edited or taken out.
func (verifyAudit) Run(ctx context.Context, p Program) (err error) {
	a, _, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	entries, err := a.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	p.printf("%d entries, each as it was recorded", entries)
	return nil
}
