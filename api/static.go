package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// pageCSP lets the page run its own scripts and styles and connect to its own origin only.
const pageCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// staticPage serves the built page: files by name, and index.html for every path that the page routes itself.
type staticPage struct {
	files map[string]*file // keyed by path, with the leading slash
}

// file is one file in all its encodings.
type file struct {
	kind  string
	plain encoded
	other []struct {
		encoding string
		encoded
	}
}

type encoded struct {
	body []byte
	etag string
}

// kinds are the content types by file extension. Those of package mime depend on files of the host, and with a wrong one a
// browser runs no script (nosniff).
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json", ".map": "application/json", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json", ".svg": "image/svg+xml; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg",
	".webp": "image/webp", ".ico": "image/vnd.microsoft.icon", ".woff2": "font/woff2",
}

// encodings are the precompressed forms, the smallest first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

const notBuiltMessage = `The page is not built yet. Run "make build", or "npm ci && npm run build" in frontend/, and build this program again.
The API works without it: see /openapi.yaml.
`

func readPage(from fs.FS) (*staticPage, error) {
	p := &staticPage{files: make(map[string]*file)}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") || path.Ext(name) == ".br" || path.Ext(name) == ".gz" {
			return err
		}
		f, err := readFile(from, name)
		if err != nil {
			return err
		}
		p.files["/"+name] = f
		return nil
	})
	return p, err
}

func readFile(from fs.FS, name string) (*file, error) {
	body, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, err
	}
	f := &file{kind: cmp.Or(kinds[path.Ext(name)], "application/octet-stream"), plain: encode(body)}
	for _, e := range encodings {
		body, err := fs.ReadFile(from, name+e.suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f.other = append(f.other, struct {
			encoding string
			encoded
		}{e.name, encode(body)})
	}
	return f, nil
}

func encode(body []byte) encoded {
	sum := sha256.Sum256(body)
	return encoded{body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// changePassword is where password managers send a user who wants to change the password (W3C, A Well-Known URL for Changing
// Passwords). accountPage is the page that does it.
const (
	changePassword = "/.well-known/change-password" //nolint:gosec // a path
	accountPage    = "/settings/account"
)

// serve responds with a file, with index.html for a path without a file extension, or with a problem.
func (p *staticPage) serve(c echo.Context) error {
	r := c.Request()
	name := r.URL.Path
	if r.Method == http.MethodGet && name == changePassword {
		return c.Redirect(http.StatusFound, accountPage)
	}
	if r.Method != http.MethodGet || isReserved(name) {
		return echo.ErrNotFound
	}
	if f, ok := p.files[name]; ok && name != "/index.html" {
		cache := "no-cache"
		if strings.HasPrefix(name, "/assets/") {
			cache = "public, max-age=31536000, immutable" // the name has a hash of the content
		}
		return f.serve(c, cache)
	}
	if path.Ext(name) != "" && name != "/index.html" {
		return echo.ErrNotFound
	}
	index, built := p.files["/index.html"]
	if !built {
		return c.String(http.StatusServiceUnavailable, notBuiltMessage)
	}
	c.Response().Header().Set("Content-Security-Policy", pageCSP)
	return index.serve(c, "no-store") // it displays secrets, so that the browser must not bring it back after signing out
}

// isReserved reports whether a path never belongs to the page: paths of the API and the server in any spelling, and
// hidden files.
func isReserved(name string) bool {
	if path.Clean(name) != name && path.Clean(name)+"/" != name || strings.Contains(name, "/.") {
		return true
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.ToLower(name), "/"), "/")
	return slices.Contains([]string{"api", "healthz", "readyz", "metrics", "debug", "openapi.yaml"}, first)
}

// serve responds with the smallest encoding that the client accepts, or with 304 if the client has the file (RFC 9110
// §13.1.2).
func (f *file) serve(c echo.Context, cache string) error {
	r, h := c.Request(), c.Response().Header()
	h.Set("Cache-Control", cache)
	h.Set("Vary", "Accept-Encoding")
	form := f.plain
	for _, o := range f.other {
		if accepts(r.Header.Get("Accept-Encoding"), o.encoding) {
			h.Set("Content-Encoding", o.encoding)
			form = o.encoded
			break
		}
	}
	h.Set("ETag", form.etag)
	if strings.Contains(r.Header.Get("If-None-Match"), form.etag) {
		h.Del("Content-Encoding")
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, f.kind, form.body)
}

// accepts parses Accept-Encoding (RFC 9110 §12.5.3) as far as browsers use it: a name, and not with q=0.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == encoding {
			_, q, weighted := strings.Cut(strings.ToLower(weight), "q=")
			value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			return !weighted || (err == nil && value > 0)
		}
	}
	return false
}
