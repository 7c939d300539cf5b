package smtp

import (
	"net"
	"testing"
)

func TestIsPrivate_NoPublicAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.18.0.2": true, "192.168.1.5": true, "fd00::5": true, "fe80::1": true, "::ffff:10.0.0.1": true,
		"192.0.2.10": false, "8.8.8.8": false, "172.32.0.1": false, "2001:db8::1": false, "0.0.0.0": false, "::": false, "": false,
	} {
		if got := isPrivate(net.ParseIP(address)); got != want {
			t.Errorf("isPrivate(%q) = %v, want %v", address, got, want)
		}
	}
}
