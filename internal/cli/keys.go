package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/app"
	"twofold/internal/config"
)

type keyCommands struct {
	List   listKeys   `cmd:"" help:"Print the signing keys and their state."`
	Rotate rotateKeys `cmd:"" help:"Rotate keys while the servers run."`
	Reseal resealKeys `cmd:"" help:"Re-encrypt values that older sealing keys sealed, after an interrupted rotation."`
	Revoke revokeKey  `cmd:"" help:"Revoke a signing key and the tokens that it signed, at once."`
}

type listKeys struct{}

// Run prints a line per signing key, the active one first.
func (listKeys) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, c config.Config) error {
		list, err := a.Keys.Keys(ctx)
		if err != nil {
			return err
		}
		for _, k := range list {
			switch {
			case k.Pending():
				p.printf("%s  pending  active from %s", k.KID, moment(k.ActivatesAt))
			case k.Active():
				p.printf("%s  active   since %s", k.KID, moment(k.ActivatedAt))
			default:
				p.printf("%s  retired  active from %s until %s, published until %s",
					k.KID, moment(k.ActivatedAt), moment(k.RetiredAt), moment(k.RetiredAt.Add(c.Keys.SigningKeep)))
			}
		}
		return nil
	})
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

type rotateKeys struct {
	Signing bool   `required:"" xor:"which" help:"The key that signs step-up tokens: publish the next one, which becomes active after TWOFOLD_SIGNING_KEY_LEAD."`
	Sealing bool   `required:"" xor:"which" help:"The key that encrypts stored secrets: create a new one and re-encrypt everything."`
	Master  bool   `required:"" xor:"which" help:"The master key: encrypt the sealing keys with the one in --new-file."`
	Now     bool   `help:"With --signing, if keys may have been stolen: revoke every signing key and activate a new one at once."`
	NewFile string `help:"With --master: the file of the new master key. It is created if it does not exist." placeholder:"FILE"`
}

// Run rotates one kind of key.
func (cmd rotateKeys) Run(ctx context.Context, p Program) error {
	if cmd.Now && !cmd.Signing {
		return errors.New("--now requires --signing")
	}
	if cmd.Master != (cmd.NewFile != "") {
		return errors.New("--master and --new-file go together")
	}
	return p.withApp(ctx, func(a *app.App, c config.Config) error {
		switch {
		case cmd.Sealing:
			n, err := a.Keys.RotateSealing(ctx)
			return p.sealed(n, err)
		case cmd.Master:
			return cmd.master(ctx, p, a, c)
		case cmd.Now:
			k, err := a.Keys.RevokeAll(ctx)
			if err != nil {
				return err
			}
			p.printf("%s is active; every other signing key and every step-up token is revoked", k.KID)
			return nil
		}
		k, err := a.Keys.PublishNext(ctx)
		if err != nil {
			return err
		}
		p.printf("%s is published, and becomes active at %s", k.KID, moment(k.ActivatesAt))
		return nil
	})
}

func (cmd rotateKeys) master(ctx context.Context, p Program, a *app.App, c config.Config) error {
	if err := a.RewrapKeys(ctx, cmd.NewFile); err != nil {
		return err
	}
	p.printf("the sealing keys are encrypted with %s now: set TWOFOLD_MASTER_KEY_FILE to it, or move it to %s, and restart each server",
		cmd.NewFile, c.MasterKeyFile)
	return nil
}

type resealKeys struct{}

// Run continues an interrupted rotation.
func (resealKeys) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		n, err := a.Keys.Reencrypt(ctx)
		return p.sealed(n, err)
	})
}

// sealed prints how many values were re-encrypted, also if some could not be.
func (p Program) sealed(n int, err error) error {
	if err != nil {
		return fmt.Errorf("%w; re-encrypted so far: %d; continue with twofold keys reseal", err, n)
	}
	p.printf("re-encrypted: %d", n)
	return nil
}

type revokeKey struct {
	KID string `arg:"" name:"kid" help:"The key id that twofold keys list prints; write -- before one that begins with a dash."`
}

// Run revokes a signing key.
func (cmd revokeKey) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		signs, err := a.Keys.Revoke(ctx, cmd.KID)
		if err != nil {
			return err
		}
		p.printf("%s and the tokens that it signed are revoked; %s is active", cmd.KID, signs.KID)
		return nil
	})
}
