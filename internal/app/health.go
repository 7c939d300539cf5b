package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"twofold/internal/config"
)

// Healthcheck requests /healthz of the server on this machine. It returns an error unless the response is 200. If systemd
// passes the socket, whose address is unknown here, it asks the operations listener.
func Healthcheck(ctx context.Context, c config.Config) (err error) {
	address := c.Listen
	if address == config.Systemd {
		address = c.OpsListen
	}
	// Not the default transport, which may send the request to a proxy (HTTP_PROXY).
	transport := &http.Transport{DisableKeepAlives: true}
	if path, isSocket := config.SocketPath(address); isSocket {
		address = "localhost:80"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("TWOFOLD_LISTEN has no address to ask, and TWOFOLD_OPS_LISTEN is off: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("no response: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("response is %s", response.Status)
	}
	return nil
}
