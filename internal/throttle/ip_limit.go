package throttle

import (
	"net/netip"
	"sync"
	"time"
)

// IPLimiter limits how many events one client address may cause in a window of time. It should be generous, because offices
// share one address. Its state is per process, so several processes allow several times as much. The protection of accounts
// is Limiter, whose state is shared.
type IPLimiter struct {
	Limit  int
	Window time.Duration
	Now    func() time.Time

	mu      sync.Mutex
	windows map[netip.Prefix]window
	swept   time.Time
}

type window struct {
	ends  time.Time
	count int
}

// ClientPrefix returns what counts as one client address: an IPv4 address, or the /64 of an IPv6 address. The zero Addr is
// valid too.
func ClientPrefix(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap()
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.WithZone("").Prefix(bits)
	return p
}

// Allow counts one event and returns zero, or returns how long to wait if the address has reached the limit.
func (l *IPLimiter) Allow(ip netip.Addr) time.Duration { return l.count(ip, 1) }

// RetryAfter returns how long the address has to wait, or zero. It counts nothing.
func (l *IPLimiter) RetryAfter(ip netip.Addr) time.Duration { return l.count(ip, 0) }

func (l *IPLimiter) count(ip netip.Addr, n int) time.Duration {
	now, key := l.Now(), ClientPrefix(ip)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	w, open := l.windows[key]
	if !open || !now.Before(w.ends) {
		w = window{ends: now.Add(l.Window)}
	}
	if w.count >= l.Limit {
		return max(w.ends.Sub(now), time.Second)
	}
	if n > 0 {
		w.count += n
		l.windows[key] = w
	}
	return 0
}

// sweep deletes the expired windows, once per window, so that the table grows only with the traffic.
func (l *IPLimiter) sweep(now time.Time) {
	if l.windows != nil && now.Sub(l.swept) < l.Window {
		return
	}
	if l.windows == nil {
		l.windows = make(map[netip.Prefix]window)
	}
	for key, w := range l.windows {
		if !now.Before(w.ends) {
			delete(l.windows, key)
		}
	}
	l.swept = now
}
