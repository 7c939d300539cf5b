package apptest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	collected "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"twofold/internal/trace"
)

// Collector receives traces by OTLP over HTTP, in protobuf.
type Collector struct {
	URL string // the base URL, as in OTEL_EXPORTER_OTLP_ENDPOINT

	mu        sync.Mutex
	raw       []byte
	spans     []*otlp.Span
	resources []*otlp.ResourceSpans
	wrong     []string
}

// NewCollector starts a collector for a test. Anything else than an export of traces fails the test when it ends.
func NewCollector(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(c)
	c.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, wrong := range c.wrong {
			t.Errorf("unexpected request to the collector: %s", wrong)
		}
	})
	return c
}

// ServeHTTP receives one export.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var export collected.ExportTraceServiceRequest
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.URL.Path != "/v1/traces" || err != nil || proto.Unmarshal(body, &export) != nil {
		c.wrong = append(c.wrong, r.Method+" "+r.URL.Path+", which is not an export of traces")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.raw = append(c.raw, body...)
	for _, of := range export.ResourceSpans {
		c.resources = append(c.resources, of)
		for _, scope := range of.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// Spans returns the spans received so far.
func (c *Collector) Spans() []*otlp.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spans
}

// Resources returns the resources of the spans received so far.
func (c *Collector) Resources() []*otlp.ResourceSpans {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resources
}

// Raw returns the bytes received so far.
func (c *Collector) Raw() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.raw)
}

// StartTraced starts a server that exports its traces to a new collector. All of them have been received when the server
// has stopped.
func StartTraced(t testing.TB, settings ...string) *Server {
	t.Helper()
	c := NewCollector(t)
	traces, err := trace.NewExporter(context.Background(), c.URL+"/v1/traces", "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return start(&Server{T: t, Dir: t.TempDir(), Clock: NewClock(), Log: &Log{}, Collector: c}, traces, settings)
}

// SpansNamed returns the spans of a name, in the order in which they ended.
func SpansNamed(spans []*otlp.Span, name string) (found []*otlp.Span) {
	for _, s := range spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// SpanAttributes returns a span's attributes as text.
func SpanAttributes(s *otlp.Span) map[string]string {
	found := make(map[string]string)
	for _, a := range s.Attributes {
		found[a.Key] = strings.Trim(regexp.MustCompile(`^\w+:`).ReplaceAllString(a.Value.String(), ""), `"`)
	}
	return found
}
