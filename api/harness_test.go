package api

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"twofold/internal/audit"
	"twofold/internal/logctx"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func contractText(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func theContract(t testing.TB) *contract {
	t.Helper()
	c, err := readContract(contractText(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// log collects log lines.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// options returns the options of a server without domain services.
func options(t testing.TB, page fs.FS) (Options, *log) {
	t.Helper()
	out := &log{}
	to := logctx.Wrap(slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	clock := func() time.Time { return noon }
	var mu sync.Mutex
	ids := 0
	return Options{
		Contract: contractText(t), Page: page, PublicURL: "https://account.example.com", Secure: true, MaxBody: 16 << 10,
		StepUps: &stepup.Service{Lifetime: 5 * time.Minute}, Audit: audit.Log{To: to},
		SignIns:  &throttle.IPLimiter{Limit: 1000, Window: time.Minute, Now: clock},
		Failures: &throttle.IPLimiter{Limit: 1000, Window: time.Minute, Now: clock},
		Ready:    func(context.Context) []UnreadyReason { return nil },
		Log:      to, Now: clock,
		NewID: func() string { mu.Lock(); defer mu.Unlock(); ids++; return "request-" + strconv.Itoa(ids) },
	}, out
}

// built is a page in the form of the build's output.
var built = fstest.MapFS{
	"index.html":            {Data: []byte("<!doctype html><title>Twofold</title>")},
	"index.html.br":         {Data: []byte("index in br")},
	"index.html.gz":         {Data: []byte("index in gzip")},
	"favicon.svg":           {Data: []byte("<svg/>")},
	"manifest.webmanifest":  {Data: []byte("{}")},
	"assets/app-1234.js":    {Data: []byte("export {}")},
	"assets/app-1234.js.br": {Data: []byte("app in br")},
	"assets/app-1234.js.gz": {Data: []byte("app in gzip")},
	"assets/app-1234.css":   {Data: []byte("body{}")},
	"assets/font.bin9":      {Data: []byte("font")},
	".gitkeep":              {},
}

func serve(t testing.TB, page fs.FS) (http.Handler, *log) {
	t.Helper()
	o, out := options(t, page)
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h, out
}

// ask sends a request with headers in pairs.
func ask(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answering returns a server in which one operation has another handler.
func answering(t testing.TB, method, route string, handler echo.HandlerFunc) (http.Handler, *log) {
	t.Helper()
	o, out := options(t, built)
	p, err := readPage(o.Page)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Options: o, contract: theContract(t), page: p, origins: http.NewCrossOriginProtection()}
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = s.writeError
	e.Use(s.observe, s.guard)
	e.Add(method, route, handler)
	return headAsGet(e), out
}
