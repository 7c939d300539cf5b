package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// checkOrigin rejects what a browser sends from another origin. A request with a bearer token and without a cookie
// passes, because a page of another origin cannot add that header.
func (s *Server) checkOrigin(r *http.Request) error {
	if !bearerOf(r).IsZero() && r.Header.Get("Cookie") == "" {
		return nil
	}
	if s.origins.Check(r) != nil || !s.isOwnOrigin(r) {
		return errCrossOrigin
	}
	return nil
}

// isOwnOrigin reports whether the Origin of a write is this service, not only the same as Host. An attacker can point a
// domain at this server (DNS rebinding), and then Host and Origin both name that domain. CrossOriginProtection compares
// only the two with each other.
func (s *Server) isOwnOrigin(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return true
	}
	switch origin := r.Header.Get("Origin"); origin {
	case "", s.PublicURL: // a program sends none
		return true
	case "null": // of the page in some browsers, because its referrer policy is no-referrer; Sec-Fetch-Site was checked
		return "https://"+r.Host == s.PublicURL || "http://"+r.Host == s.PublicURL || IsLocalHost(r.Host)
	default:
		u, err := url.Parse(origin)
		return err == nil && u.Host == r.Host && IsLocalHost(r.Host)
	}
}

// IsLocalHost reports whether a Host header names no domain that an attacker could own: it is an address, localhost, or a
// name without a dot.
func IsLocalHost(host string) bool {
	name := host
	if withoutPort, _, err := net.SplitHostPort(host); err == nil {
		name = withoutPort
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	_, err := netip.ParseAddr(name)
	return err == nil || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost")
}
