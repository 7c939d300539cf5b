package trace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"twofold/internal/trace"
)

var silent = slog.New(slog.DiscardHandler)

func TestFromEnvironment_OffByDefault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment map[string]string
		on          bool
		err         error
	}{
		"no variables":          {},
		"only a service name":   {environment: map[string]string{"OTEL_SERVICE_NAME": "x"}},
		"an endpoint":           {environment: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, on: true},
		"an endpoint of traces": {environment: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/x"}, on: true},
		"the exporter":          {environment: map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, on: true},
		"supported protocol":    {environment: map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, on: true},
		"no exporter":           {environment: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}},
		"SDK disabled":          {environment: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}},
		"another exporter":      {environment: map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, err: trace.ErrExporter},
		"unsupported protocol":  {environment: map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, err: trace.ErrProtocol},
	} {
		got, err := trace.FromEnvironment(t.Context(), func(name string) string { return c.environment[name] }, "test", silent)
		if !errors.Is(err, c.err) || (got != nil) != c.on {
			t.Errorf("%s: got %v, %v, want on: %v, %v", name, got, err, c.on, c.err)
		}
		if err := got.Close(t.Context()); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}

// Not parallel, because allocations of other tests would be counted.
func TestTracer_NilAllocatesNothing(t *testing.T) {
	var off *trace.Tracer
	ctx := t.Context()
	allocated := testing.AllocsPerRun(100, func() {
		inside, request := off.Request(ctx, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		_, end := trace.StartSpan(inside, trace.PasswordHash)
		end(true)
		_, end = off.StartRoot(inside, trace.MailSend)
		end(false)
		request.End("signIn", 500, "internal", "id")
		if _, _, traced := trace.IDs(inside); traced {
			t.Error("the request is traced")
		}
	})
	if allocated > 0 {
		t.Errorf("a request that is not traced costs %v allocations", allocated)
	}
}

// collector responds with a status and counts requests.
func collector(t *testing.T, status int, got *atomic.Int32) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 {
			got.Add(1)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1/traces"
}

func TestExport_RejectedSpansAreLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var got atomic.Int32
	traces, err := trace.NewExporter(t.Context(), collector(t, 400, &got), "test", slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	_, request := traces.Request(t.Context(), "")
	request.End("signIn", 200, "", "id")
	if err := traces.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if got.Load() != 1 || strings.Count(log.String(), `"msg":"traces not exported","spans":1`) != 1 {
		t.Errorf("%d exports were sent, want one, and a line:\n%s", got.Load(), &log)
	}
}

func TestSpans_PanicLeavesNoText(t *testing.T) {
	t.Parallel()
	var body atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body.Store(string(text))
	}))
	defer server.Close()
	traces, err := trace.NewExporter(t.Context(), server.URL, "test", silent)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		ctx, end := traces.StartRoot(t.Context(), trace.MailSend)
		defer end(true)
		_, inner := trace.StartSpan(ctx, trace.Transaction)
		defer inner(false)
		panic("a canary in a panic")
	}()
	if err := traces.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _ := body.Load().(string)
	if !strings.Contains(got, string(trace.Transaction)) || strings.Contains(got, "canary") || strings.Contains(got, "exception") {
		t.Errorf("exported %q, want both spans and nothing of the panic", got)
	}
}
