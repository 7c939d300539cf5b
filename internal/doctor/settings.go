package doctor

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"twofold/internal/app"
	"twofold/internal/config"
)

// settings reads the settings. If that fails, no other check makes sense.
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
		d.warn("settings", "%s is unknown to this version and has no effect. Correct its spelling or remove it.", name)
	}
	if len(unknown) == 0 {
		d.ok("settings", "all are known and valid")
	}
	return true
}

// addresses checks the public URL and the listen addresses.
func (d Doctor) addresses(ctx context.Context) {
	c := d.config
	if c.Secure() {
		d.ok("public URL", "%s", c.PublicURL)
	} else {
		d.warn("public URL", "%s works on this machine only. For other users set TWOFOLD_PUBLIC_URL to an https address.", c.PublicURL)
	}
	d.proxies()
	d.listen(ctx, "TWOFOLD_LISTEN", c.Listen)
	if c.OpsListen != "" {
		d.listen(ctx, "TWOFOLD_OPS_LISTEN", c.OpsListen)
	}
}

// proxies checks which proxies are trusted.
func (d Doctor) proxies() {
	for _, p := range d.config.TrustedProxies {
		if p.Bits() == 0 {
			d.fail("proxies", "%s trusts every address, so that any client can forge its own. Set TWOFOLD_TRUSTED_PROXIES to the proxy's address.", p)
			return
		}
	}
	switch trusted := d.config.TrustedProxies; {
	case len(trusted) > 0:
		d.ok("proxies", "X-Forwarded-For is trusted from %v", trusted)
	case d.config.Secure():
		d.warn("proxies", "none is trusted, but a proxy must terminate TLS: limits and activity see its address instead of the client's. Set TWOFOLD_TRUSTED_PROXIES to it.")
	default:
		d.ok("proxies", "none is trusted: the client is the peer of the connection")
	}
}

// listen tries to bind an address and releases it. If it is in use, the response to /healthz shows whether by
// Twofold.
func (d Doctor) listen(ctx context.Context, setting, address string) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	if address == config.Systemd {
		d.ok("listen", "systemd passes the socket (%s)", setting)
		return
	}
	listener, err := app.Listen(ctx, address, d.config.SocketMode)
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
		d.ok("listen", "%s is in use by a running Twofold server (%s)", address, setting)
	default:
		d.fail("listen", "%s is in use by another program. Stop it, or set %s to a free address.", address, setting)
	}
}
