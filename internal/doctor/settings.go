package doctor

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"

	"twofold/internal/app"
	"twofold/internal/config"
)

// settings reads them. Where they cannot be read there is nothing else to look at.
func (d *Doctor) settings() bool {
	var err error
	if d.config, err = config.Parse(d.Environ); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			d.fail("settings", "%s", line)
		}
		return false
	}
	unknown := config.Unknown(d.Environ)
	for _, name := range unknown {
		d.warn("settings", "%s is not known to this version and has no effect. Correct its spelling, or take it away.", name)
	}
	if len(unknown) == 0 {
		d.ok("settings", "every one is known and can be read")
	}
	return true
}

// addresses looks at where people come from, and how.
func (d Doctor) addresses(ctx context.Context) {
	c := d.config
	if c.Secure() {
		d.ok("public URL", "%s", c.PublicURL)
	} else {
		d.warn("public URL", "%s is for this machine alone. For other people set TWOFOLD_PUBLIC_URL to an https address.", c.PublicURL)
	}
	d.proxies()
	d.listen(ctx, "TWOFOLD_LISTEN", c.Listen)
	if c.OpsListen != "" {
		d.listen(ctx, "TWOFOLD_OPS_LISTEN", c.OpsListen)
	}
}

// proxies says whose word counts about whom a request comes from.
func (d Doctor) proxies() {
	for _, p := range d.config.TrustedProxies {
		if p.Bits() == 0 {
			d.fail("proxies", "%s trusts everybody, so that any visitor passes for any other. Set TWOFOLD_TRUSTED_PROXIES to the proxy's own address.", p)
			return
		}
	}
	switch trusted := d.config.TrustedProxies; {
	case len(trusted) > 0:
		d.ok("proxies", "X-Forwarded-For counts from %v", trusted)
	case d.config.Secure():
		d.warn("proxies", "none is trusted, and something in front must speak TLS: limits and activity take it for the visitor. Set TWOFOLD_TRUSTED_PROXIES to its address.")
	default:
		d.ok("proxies", "none is trusted: visitors are who connects")
	}
}

// listen tries an address, and gives it back at once. Who has it is asked what only a Twofold answers.
func (d Doctor) listen(ctx context.Context, setting, address string) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", address)
	if err == nil {
		err = listener.Close()
	}
	there := d.config
	there.Listen = address
	switch {
	case err == nil:
		d.ok("listen", "%s is free (%s)", address, setting)
	case !errors.Is(err, syscall.EADDRINUSE):
		d.fail("listen", "%s cannot be used: %v. Correct %s; a port below 1024 needs root or CAP_NET_BIND_SERVICE.", address, err, setting)
	case app.Healthcheck(ctx, there) == nil:
		d.ok("listen", "%s is served: a server runs (%s)", address, setting)
	default:
		d.fail("listen", "%s is taken by a program that is not a Twofold that answers. Stop that one, or set %s to a free address.", address, setting)
	}
}
