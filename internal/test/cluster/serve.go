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

// grace is how long requests under way have until the proxy ends.
const grace = 3 * time.Second

// Serve answers through a proxy in front of the processes that were launched, until the context ends. It calls ready once
// all of them are.
func (c *Cluster) Serve(ctx context.Context, listener net.Listener, ready func() error) error {
	addresses := make([]string, len(c.Processes))
	for i, p := range c.Processes {
		addresses[i] = p.Address
	}
	proxy := NewProxy(addresses...)
	watched, rest := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { proxy.Watch(watched) })
	defer watching.Wait()
	defer rest()
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
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if server.Shutdown(ending) != nil { // a browser holds on
		return server.Close()
	}
	return nil
}
