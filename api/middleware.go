package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"twofold/internal/audit"
)

// observe sets the request id and the response headers, logs and counts the request, and turns a panic into a 500.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		begun := s.Now()
		r := c.Request()
		call := &requestContext{requestID: s.NewID(), ip: s.clientIP(r)}
		ctx := audit.WithClient(r.Context(), audit.Client{
			IP: call.ip.String(), UserAgent: truncateUserAgent(r.UserAgent()), RequestID: call.requestID,
		})
		ctx, span := s.Traces.Request(ctx, s.parentOf(r))
		c.SetRequest(r.WithContext(context.WithValue(ctx, requestContextKey{}, call)))
		s.setHeaders(c.Response().Header(), call.requestID)
		if len(r.TransferEncoding) > 0 {
			// The request may also have had a Content-Length, which net/http drops. A proxy that believed it would take
			// the following bytes for a part of this request, so the connection is closed (RFC 9112 §6.1).
			c.Response().Header().Set("Connection", "close")
		}
		counted := s.counting()
		defer func() { // also if net/http aborts the response
			counted(call.operation(), c.Response().Status, string(call.problem))
			span.End(call.operation(), c.Response().Status, string(call.problem), call.requestID)
		}()
		defer func() {
			if cause := recover(); cause != nil {
				err = s.recovered(c, call, cause)
			}
			if err != nil {
				s.writeError(err, c)
				err = nil
			}
			line := []slog.Attr{
				slog.String("method", r.Method), slog.String("route", c.Path()),
				slog.Int("status", c.Response().Status), slog.Duration("took", s.Now().Sub(begun)),
				slog.String("ip", call.ip.String()),
			}
			if call.problem != "" { // the request was refused
				line = append(line, slog.String("problem", string(call.problem)))
			}
			s.Log.LogAttrs(ctx, logLevelOf(c.Path()), "request", line...)
		}()
		return next(c)
	}
}

// logLevelOf returns the level of a request's log line. Probes come every few seconds, so that they would hide the rest. What
// makes a server unready has a line of its own.
func logLevelOf(route string) slog.Level {
	if route == "/healthz" || route == "/readyz" {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func (s *Server) counting() (done func(operation string, status int, problem string)) {
	if s.Count == nil {
		return func(string, int, string) {}
	}
	return s.Count()
}

// recovered logs where a panic happened. It logs only the type of the value, which may hold a secret.
func (s *Server) recovered(c echo.Context, call *requestContext, cause any) error {
	if aborted, ok := cause.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
		panic(cause)
	}
	s.Log.ErrorContext(c.Request().Context(), "panic",
		"type", fmt.Sprintf("%T", cause), "stack", stackOf(debug.Stack()))
	return fmt.Errorf("panic of type %T", cause)
}

// stackOf keeps the source locations of a stack, which are indented. The other lines may contain argument values.
func stackOf(stack []byte) string {
	var lines []string
	for line := range strings.Lines(string(stack)) {
		if strings.HasPrefix(line, "\t") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// truncateUserAgent bounds a user agent to 256 bytes of valid UTF-8.
func truncateUserAgent(userAgent string) string {
	userAgent = strings.ToValidUTF8(userAgent, "\uFFFD")
	for len(userAgent) > 256 {
		_, size := utf8.DecodeLastRuneInString(userAgent)
		userAgent = userAgent[:len(userAgent)-size]
	}
	return userAgent
}

// apiCSP is the policy of API responses: opened as a document, they run nothing.
const apiCSP = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"

// setHeaders sets the headers of every response, of the API and the page. The page relaxes the policy that it needs.
func (s *Server) setHeaders(h http.Header, requestID string) {
	h.Set("X-Request-Id", requestID)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", apiCSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), clipboard-write=(self)")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// clientIP returns the peer's address or, behind trusted proxies, the right-most address in X-Forwarded-For that is not
// a trusted proxy. A client can forge every address to the left of it.
func (s *Server) clientIP(r *http.Request) netip.Addr {
	ip := peerOf(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(ip); i-- {
		element := strings.TrimSpace(hops[i])
		if element == "" { // an empty element of a list is ignored (RFC 9110 §5.6.1.2)
			continue
		}
		hop, ok := addressOf(element)
		if !ok {
			break
		}
		ip = hop.Unmap()
	}
	return ip.WithZone("")
}

// peerOf returns the peer's address. The peer of a Unix domain socket has none; it is on this machine, so that it counts as
// 127.0.0.1.
func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return peer.Addr().Unmap()
}

// parentOf returns the traceparent header if a trusted proxy sent it. Otherwise a client could choose which requests
// are traced.
func (s *Server) parentOf(r *http.Request) string {
	if s.Traces == nil {
		return ""
	}
	values := r.Header.Values("Traceparent")
	if len(values) != 1 || !s.trusted(peerOf(r)) {
		return ""
	}
	return values[0]
}

// addressOf parses a hop: an address, with or without a port. Some proxies write IPv6 in brackets without a port too.
func addressOf(hop string) (netip.Addr, bool) {
	bare := strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]")
	if ip, err := netip.ParseAddr(bare); err == nil {
		return ip, true
	}
	pair, err := netip.ParseAddrPort(hop)
	return pair.Addr(), err == nil
}

func (s *Server) trusted(ip netip.Addr) bool {
	for _, p := range s.Proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
