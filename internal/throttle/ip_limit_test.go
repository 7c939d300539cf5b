package throttle

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// newIPLimiter allows three events per minute.
func newIPLimiter() (*IPLimiter, *time.Time) {
	now := morning
	return &IPLimiter{Limit: 3, Window: time.Minute, Now: func() time.Time { return now }}, &now
}

func TestClientPrefix(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":                     "192.0.2.1/32",
		"192.0.2.2":                     "192.0.2.2/32",
		"::ffff:192.0.2.1":              "192.0.2.1/32",
		"2001:db8:1:2:3:4:5:6":          "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff:ffff:ffff:1": "2001:db8:1:2::/64",
		"2001:db8:1:3::1":               "2001:db8:1:3::/64",
		"fe80::1%eth0":                  "fe80::/64",
		"fe80::2%wlan0":                 "fe80::/64",
		"::1":                           "::/64",
		"0.0.0.0":                       "0.0.0.0/32",
	} {
		if got := ClientPrefix(netip.MustParseAddr(address)).String(); got != want {
			t.Errorf("ClientPrefix(%s) = %s, want %s", address, got, want)
		}
	}
	if got := ClientPrefix(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("ClientPrefix of the zero address = %s, want the zero prefix", got)
	}
}

func TestIPLimiter_FullUntilWindowEnds(t *testing.T) {
	t.Parallel()
	s, now := newIPLimiter()
	ip := netip.MustParseAddr("192.0.2.1")
	for i := range 3 {
		if w := s.Allow(ip); w != 0 {
			t.Fatalf("event %d: retry after %s, want it allowed", i+1, w)
		}
		*now = now.Add(10 * time.Second)
	}
	for into, want := range map[time.Duration]time.Duration{30 * time.Second: 30 * time.Second, 59500 * time.Millisecond: time.Second} {
		*now = morning.Add(into)
		if got := s.Allow(ip); got != want {
			t.Errorf("%s into the window: Allow returns %s, want %s", into, got, want)
		}
		if got := s.RetryAfter(ip); got != want {
			t.Errorf("%s into the window: RetryAfter returns %s, want %s", into, got, want)
		}
	}
	*now = morning.Add(time.Minute)
	if w := s.RetryAfter(ip); w != 0 {
		t.Errorf("at the end of the window: RetryAfter returns %s, want none", w)
	}
	for i := range 3 {
		if w := s.Allow(ip); w != 0 {
			t.Errorf("event %d of the next window: retry after %s, want it allowed", i+1, w)
		}
	}
	if s.Allow(ip) == 0 {
		t.Error("the next window allows a fourth event")
	}
}

func TestIPLimiter_RetryAfterCountsNothing(t *testing.T) {
	t.Parallel()
	s, _ := newIPLimiter()
	ip := netip.MustParseAddr("192.0.2.1")
	for range 10 {
		if w := s.RetryAfter(ip); w != 0 {
			t.Fatalf("retry after %s, want it allowed", w)
		}
	}
	if len(s.windows) != 0 {
		t.Errorf("RetryAfter stored %d addresses", len(s.windows))
	}
}

func TestIPLimiter_CountsPerClientPrefix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, second string
		shared        bool
	}{
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8::1", "2001:db8::2", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"192.0.2.1", "2001:db8::1", false},
	} {
		s, _ := newIPLimiter()
		for range 3 {
			s.Allow(netip.MustParseAddr(c.first))
		}
		if got := s.RetryAfter(netip.MustParseAddr(c.second)) > 0; got != c.shared {
			t.Errorf("%s after the limit of %s: blocked = %v, want %v", c.second, c.first, got, c.shared)
		}
	}
}

func TestIPLimiter_DeletesExpiredWindows(t *testing.T) {
	t.Parallel()
	s, now := newIPLimiter()
	for i := range 1000 {
		s.Allow(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
	}
	*now = morning.Add(90 * time.Second)
	late := netip.MustParseAddr("192.0.2.1")
	s.Allow(late)
	if len(s.windows) != 1 {
		t.Errorf("%d windows are stored, want only the current one", len(s.windows))
	}
	*now = morning.Add(140 * time.Second) // past the first sweep's window, not past late's
	for range 2 {
		s.Allow(late)
	}
	if s.Allow(late) == 0 {
		t.Error("the sweep deleted a current window")
	}
}

func TestIPLimiter_ConcurrentEvents(t *testing.T) {
	t.Parallel()
	s, _ := newIPLimiter()
	var taken atomic.Int32
	var done sync.WaitGroup
	for range 50 {
		done.Go(func() {
			if s.Allow(netip.MustParseAddr("192.0.2.1")) == 0 {
				taken.Add(1)
			}
		})
	}
	done.Wait()
	if taken.Load() != 3 {
		t.Errorf("%d events were allowed, want 3", taken.Load())
	}
}
