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

// ServedBy is the response header in which the proxy names the process that served the request: 1 for the first.
const ServedBy = "X-Served-By"

// Readiness probes of the proxy.
const (
	probeInterval = 250 * time.Millisecond
	probeTimeout  = 2 * time.Second
)

// Proxy distributes requests over processes in round-robin order, so that the requests of one browser reach all of them. A
// process gets requests only while its /readyz responds with 200.
type Proxy struct {
	backends  []*backend
	requests  atomic.Uint64 // counts requests for the round-robin order
	forward   http.Handler
	transport *http.Transport
}

type backend struct {
	name, address string
	ready         atomic.Bool
}

// NewProxy returns a proxy for the processes at the given addresses. It considers none of them ready until Watch has probed it.
func NewProxy(addresses ...string) *Proxy {
	p := &Proxy{transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for i, address := range addresses {
		p.backends = append(p.backends, &backend{name: strconv.Itoa(i + 1), address: address})
	}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			// Replace forwarding headers of the client, because the processes trust those of the proxy.
			r.SetXForwarded()
			r.Out.URL.Scheme = "http"
			r.Out.Host = r.In.Host
		},
		Transport: p,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			status := http.StatusBadGateway
			if errors.Is(err, errNoneReady) {
				status = http.StatusServiceUnavailable
			}
			http.Error(w, err.Error(), status)
		},
	}
	return p
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.forward.ServeHTTP(w, r) }

var errNoneReady = errors.New("no process is ready")

// RoundTrip sends a request to the next process that is ready. If it cannot connect to that process, it tries the one after
// it. It does not retry a request that may have been delivered.
func (p *Proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = io.NopCloser(r.Body) // a failed attempt closes the body, which the next one reads
	}
	for range p.backends {
		b := p.next()
		if b == nil {
			return nil, errNoneReady
		}
		r.URL.Host = b.address
		response, err := p.transport.RoundTrip(r)
		if err == nil {
			response.Header.Set(ServedBy, b.name)
			return response, nil
		}
		if r.Context().Err() != nil { // the client has disconnected
			return nil, err
		}
		b.ready.Store(false)
		if opErr := (*net.OpError)(nil); !errors.As(err, &opErr) || opErr.Op != "dial" {
			return nil, err
		}
	}
	return nil, errNoneReady
}

// next returns the next process in round-robin order that is ready, or nil if none is.
func (p *Proxy) next() *backend {
	n := uint64(len(p.backends))
	first := p.requests.Add(1)
	for i := range n {
		if b := p.backends[(first+i)%n]; b.ready.Load() {
			return b
		}
	}
	return nil
}

// Ready returns the number of processes that are ready.
func (p *Proxy) Ready() (n int) {
	for _, b := range p.backends {
		if b.ready.Load() {
			n++
		}
	}
	return n
}

// Await waits until all processes are ready. It returns ctx.Err() if the context ends before.
func (p *Proxy) Await(ctx context.Context) error {
	for p.Ready() < len(p.backends) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probeInterval / 10):
		}
	}
	return nil
}

// Watch probes the readiness of each process periodically, until the context ends.
func (p *Proxy) Watch(ctx context.Context) {
	var group sync.WaitGroup
	for _, b := range p.backends {
		group.Go(func() {
			for ticker := time.NewTicker(probeInterval); ; {
				b.ready.Store(p.isReady(ctx, b))
				select {
				case <-ctx.Done():
					ticker.Stop()
					return
				case <-ticker.C:
				}
			}
		})
	}
	group.Wait()
}

func (p *Proxy) isReady(ctx context.Context, b *backend) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.address+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := p.transport.RoundTrip(r)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}
