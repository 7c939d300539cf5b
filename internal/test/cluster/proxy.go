package cluster

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// ServedBy is the header in which the proxy says which process answered: 1 for the first.
const ServedBy = "X-Served-By"

// How often the proxy asks whether a process is ready, and how long it waits for the answer.
const (
	pulse    = 250 * time.Millisecond
	patience = 2 * time.Second
)

// Proxy spreads requests over processes, each to the next, so that the requests of one browser meet all of them. One that
// does not say at /readyz that it is ready gets none, until it does.
type Proxy struct {
	backends []*backend
	turn     atomic.Uint64
	forward  http.Handler
	dial     *http.Transport
}

type backend struct {
	name, address string
	ready         atomic.Bool
}

// NewProxy is in front of processes at these addresses. It sends no request anywhere before Watch has looked.
func NewProxy(addresses ...string) *Proxy {
	p := &Proxy{dial: &http.Transport{MaxIdleConnsPerHost: 64}}
	for i, address := range addresses {
		p.backends = append(p.backends, &backend{name: strconv.Itoa(i + 1), address: address})
	}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			// What the browser said about itself is gone; the processes believe what is said here.
			r.SetXForwarded()
			r.Out.URL.Scheme = "http"
			r.Out.Host = r.In.Host
		},
		Transport: p,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := http.StatusBadGateway
			if errors.Is(err, errNobody) {
				status = http.StatusServiceUnavailable
			}
			http.Error(w, err.Error(), status)
		},
	}
	return p
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.forward.ServeHTTP(w, r) }

// errNobody means that no process is ready.
var errNobody = errors.New("no process is ready")

// RoundTrip sends a request to the next process that is ready. What could not be delivered goes to the one after it; what
// may have been delivered is not retried elsewhere.
func (p *Proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = io.NopCloser(r.Body) // a failed try closes it, and the next one reads it
	}
	for range p.backends {
		b := p.next()
		if b == nil {
			return nil, errNobody
		}
		r.URL.Host = b.address
		answer, err := p.dial.RoundTrip(r)
		if err == nil {
			answer.Header.Set(ServedBy, b.name)
			return answer, nil
		}
		if r.Context().Err() != nil { // who asked has gone
			return nil, err
		}
		b.ready.Store(false)
		if failed := (*net.OpError)(nil); !errors.As(err, &failed) || failed.Op != "dial" {
			return nil, err
		}
	}
	return nil, errNobody
}

// next is the process whose turn it is; nil: none is ready.
func (p *Proxy) next() *backend {
	n := uint64(len(p.backends))
	turn := p.turn.Add(1)
	for i := range n {
		if b := p.backends[(turn+i)%n]; b.ready.Load() {
			return b
		}
	}
	return nil
}

// Ready is how many processes are ready.
func (p *Proxy) Ready() (n int) {
	for _, b := range p.backends {
		if b.ready.Load() {
			n++
		}
	}
	return n
}

// Await answers when all processes are ready, or the context ends.
func (p *Proxy) Await(ctx context.Context) error {
	for p.Ready() < len(p.backends) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pulse / 10):
		}
	}
	return nil
}

// Watch asks each process whether it is ready, again and again, until the context ends.
func (p *Proxy) Watch(ctx context.Context) {
	var all sync.WaitGroup
	for _, b := range p.backends {
		all.Go(func() {
			for beat := time.NewTicker(pulse); ; {
				b.ready.Store(p.isReady(ctx, b))
				select {
				case <-ctx.Done():
					beat.Stop()
					return
				case <-beat.C:
				}
			}
		})
	}
	all.Wait()
}

func (p *Proxy) isReady(ctx context.Context, b *backend) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.address+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := p.dial.RoundTrip(r)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}
