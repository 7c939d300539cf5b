package throttle

import (
	"net/netip"
	"sync"
	"time"
)

// IPLimiter bounds what one network address may do in a window of time. Offices share one address, so it is generous; it
// lives in the process, and several processes allow several times as much. What decides is the budget per account.
type IPLimiter struct {
	Limit  int
	Window time.Duration
	Now    func() time.Time

	mu    sync.Mutex
	spans map[netip.Prefix]span
	swept time.Time
}

type span struct {
	ends  time.Time
	count int
}

// ClientPrefix is what counts as one address: an IPv4 address, or the /64 of an IPv6 one. The zero Addr is an address too.
func ClientPrefix(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap()
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.WithZone("").Prefix(bits)
	return p
}

// Allow counts one event, unless the window is full: then it answers how long to wait.
func (s *IPLimiter) Allow(ip netip.Addr) time.Duration { return s.count(ip, 1) }

// RetryAfter answers how long to wait, counting nothing.
func (s *IPLimiter) RetryAfter(ip netip.Addr) time.Duration { return s.count(ip, 0) }

func (s *IPLimiter) count(ip netip.Addr, n int) time.Duration {
	now, key := s.Now(), ClientPrefix(ip)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	sp, open := s.spans[key]
	if !open || !now.Before(sp.ends) {
		sp = span{ends: now.Add(s.Window)}
	}
	if sp.count >= s.Limit {
		return max(sp.ends.Sub(now), time.Second)
	}
	if n > 0 {
		sp.count += n
		s.spans[key] = sp
	}
	return 0
}

// sweep forgets the windows that are over, once a window, so that the table stays as small as the traffic.
func (s *IPLimiter) sweep(now time.Time) {
	if s.spans != nil && now.Sub(s.swept) < s.Window {
		return
	}
	if s.spans == nil {
		s.spans = make(map[netip.Prefix]span)
	}
	for key, sp := range s.spans {
		if !now.Before(sp.ends) {
			delete(s.spans, key)
		}
	}
	s.swept = now
}
