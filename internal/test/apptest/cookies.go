package apptest

import (
	"net/http"
	"net/url"
	"regexp"
)

// The port of a test server is random, and a part of the names of its cookies. Tests use the names without it.
const ownCookie = `((?:__Host-)?twofold_(?:session|signin|device))`

var (
	cookieWithPort = regexp.MustCompile(`^` + ownCookie + `_[0-9]+$`)
	cookieInHeader = regexp.MustCompile(`(^|[; ])` + ownCookie + `=`)
)

// cookieName returns the name under which the server sets and reads a cookie.
func (h *Server) cookieName(name string) string {
	public, err := url.Parse(h.publicURL)
	if err != nil || public.Port() == "" {
		return name
	}
	return name + "_" + public.Port()
}

// nameCookies puts the server's names into the Cookie header of a test.
func (h *Server) nameCookies(headers http.Header) {
	for i, line := range headers["Cookie"] {
		headers["Cookie"][i] = cookieInHeader.ReplaceAllString(line, "${1}"+h.cookieName("${2}")+"=")
	}
}

func withoutPort(name string) string { return cookieWithPort.ReplaceAllString(name, "$1") }
