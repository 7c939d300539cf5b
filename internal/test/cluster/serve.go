package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// shutdownTimeout is how long the proxy waits for running requests when it shuts down.
const shutdownTimeout = 3 * time.Second

// Serve runs a proxy in front of the launched processes until the context ends. It calls ready once all of them are ready.
func (c *Cluster) Serve(ctx context.Context, listener net.Listener, ready func() error) error {
	addresses := make([]string, len(c.Processes))
	for i, p := range c.Processes {
		addresses[i] = p.Address
	}
	proxy := NewProxy(addresses...)
	watchCtx, stopWatching := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { proxy.Watch(watchCtx) })
	defer watching.Wait()
	defer stopWatching()
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if err := proxy.Await(ctx); err != nil {
		return errors.Join(fmt.Errorf("%d of %d processes are ready: %w", proxy.Ready(), len(addresses), err), server.Close())
	}
	if err := ready(); err != nil {
		return errors.Join(err, server.Close())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	shutdownCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if server.Shutdown(shutdownCtx) != nil { // a client keeps its connection open
		return server.Close()
	}
	return nil
}
