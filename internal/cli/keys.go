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
	List   listKeys   `cmd:"" help:"Print the signing keys, and when each signs."`
	Rotate rotateKeys `cmd:"" help:"Change keys; servers go on meanwhile."`
	Reseal resealKeys `cmd:"" help:"Seal anew what older sealing keys sealed: after a rotation that was stopped."`
	Revoke revokeKey  `cmd:"" help:"Take a signing key away, and end what it signed, at once."`
}

type listKeys struct{}

// Run prints a line per signing key, the one that signs first.
func (listKeys) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, c config.Config) error {
		list, err := a.Keys.Keys(ctx)
		if err != nil {
			return err
		}
		for _, k := range list {
			switch {
			case k.Pending():
				p.printf("%s  waits    signs from %s", k.KID, moment(k.ActivatesAt))
			case k.Active():
				p.printf("%s  signs    since %s", k.KID, moment(k.ActivatedAt))
			default:
				p.printf("%s  retired  signed from %s until %s, published until %s",
					k.KID, moment(k.ActivatedAt), moment(k.RetiredAt), moment(k.RetiredAt.Add(c.Keys.SigningKeep)))
			}
		}
		return nil
	})
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

type rotateKeys struct {
	Signing bool   `required:"" xor:"which" help:"The key that signs step-up tokens: publish the next one, which signs after TWOFOLD_SIGNING_KEY_LEAD."`
	Sealing bool   `required:"" xor:"which" help:"The key that seals what is kept: make a new one and seal everything anew."`
	Master  bool   `required:"" xor:"which" help:"The master key: put the sealing keys under the one in --new-file."`
	Now     bool   `help:"With --signing, when keys may be in wrong hands: revoke every signing key, and sign with a new one at once."`
	NewFile string `help:"With --master: the file of the new master key. It is made if it is not there." placeholder:"FILE"`
}

// Run rotates one kind of key.
func (cmd rotateKeys) Run(ctx context.Context, p Program) error {
	if cmd.Now && !cmd.Signing {
		return errors.New("--now is for --signing")
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
			p.printf("%s signs now; every other signing key is revoked, and every step-up token ended", k.KID)
			return nil
		}
		k, err := a.Keys.PublishNext(ctx)
		if err != nil {
			return err
		}
		p.printf("%s is published, and signs from %s", k.KID, moment(k.ActivatesAt))
		return nil
	})
}

func (cmd rotateKeys) master(ctx context.Context, p Program, a *app.App, c config.Config) error {
	if err := a.RewrapKeys(ctx, cmd.NewFile); err != nil {
		return err
	}
	p.printf("the sealing keys lie under %s now: point TWOFOLD_MASTER_KEY_FILE at it, or put it in place of %s, and restart each server",
		cmd.NewFile, c.MasterKeyFile)
	return nil
}

type resealKeys struct{}

// Run goes on where a rotation was stopped.
func (resealKeys) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		n, err := a.Keys.Reencrypt(ctx)
		return p.sealed(n, err)
	})
}

// sealed says how much was sealed anew, also where not everything could be.
func (p Program) sealed(n int, err error) error {
	if err != nil {
		return fmt.Errorf("%w; sealed anew so far: %d; twofold keys reseal goes on", err, n)
	}
	p.printf("sealed anew: %d", n)
	return nil
}

type revokeKey struct {
	KID string `arg:"" name:"kid" help:"As twofold keys list prints it; put -- before one that begins with a dash."`
}

// Run revokes a signing key.
func (cmd revokeKey) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		signs, err := a.Keys.Revoke(ctx, cmd.KID)
		if err != nil {
			return err
		}
		p.printf("%s is revoked, and what it signed has ended; %s signs", cmd.KID, signs.KID)
		return nil
	})
}
