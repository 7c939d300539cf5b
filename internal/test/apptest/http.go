package apptest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Fetch sends a request that the contract does not cover.
func Fetch(t testing.TB, method, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	Must(t, err)
	response, err := http.DefaultClient.Do(r)
	Must(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	Must(t, err)
	return response.StatusCode, string(text)
}

// FreeListener listens on a free port of the loopback address.
func FreeListener(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(t, err)
	return listener
}

// StartServing starts a server that serves on a listener of its own too, as the program does, with its limits and
// timeouts. It returns the listener's address.
func StartServing(t testing.TB, settings ...string) (h *Server, address string) {
	t.Helper()
	h = Start(t, settings...)
	listener := FreeListener(t)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- h.App.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return h, listener.Addr().String()
}

// RecordResponses records every response to the server's clients from now on. recorded returns headers and bodies.
func (h *Server) RecordResponses() (recorded func() string) {
	var mu sync.Mutex
	var text bytes.Buffer
	h.OnResponse = func(_ *http.Request, a Response) {
		mu.Lock()
		defer mu.Unlock()
		_ = a.Header.Write(&text)
		text.Write(a.Body)
		text.WriteByte('\n')
	}
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

// GetEverything sends GET to the path of every operation, with each of the ids, and to the page.
func (c *Client) GetEverything(ids ...string) {
	c.t.Helper()
	for _, op := range Operations(c.t) {
		for _, id := range ids {
			c.Do("GET", op.PathWith(id), nil)
		}
	}
	for _, path := range []string{"/", "/settings/account", PathEnrollments + "/" + ids[0], PathMethods + ids[0], "/api/v1/mfa/totp"} {
		c.Do("GET", path, nil)
		c.Do("HEAD", path, nil)
	}
}
