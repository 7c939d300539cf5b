package cli

import (
	"context"
	"errors"
)

type auditCommands struct {
	Verify verifyAudit `cmd:"" help:"Verify the hash chains of the audit log. Exits with 1 if an entry was changed or deleted."`
}

type verifyAudit struct{}

// Run verifies every account's chain and names each entry that was changed or deleted.
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
	p.printf("%d entries, all verified", entries)
	return nil
}
