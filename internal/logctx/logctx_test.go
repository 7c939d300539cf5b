package logctx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/audit"
	"twofold/internal/logctx"
	"twofold/internal/trace"
)

// logLine returns the attributes of the line that log writes.
func logLine(t *testing.T, log func(*slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	log(logctx.Wrap(slog.New(slog.NewJSONHandler(&out, nil))))
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
		t.Fatalf("%q: %v", &out, err)
	}
	delete(fields, slog.TimeKey)
	delete(fields, slog.LevelKey)
	return fields
}

func TestHandle_AddsRequestID(t *testing.T) {
	t.Parallel()
	request := audit.WithClient(t.Context(), audit.Client{RequestID: "r-1"})
	for name, c := range map[string]struct {
		ctx  context.Context
		log  func(*slog.Logger, context.Context)
		want map[string]any
	}{
		"request": {request, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "a", 1) },
			map[string]any{"msg": "m", "a": 1.0, "request_id": "r-1"}},
		"no request": {t.Context(), func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m") },
			map[string]any{"msg": "m"}},
		"own request id": {request, func(l *slog.Logger, ctx context.Context) { l.InfoContext(ctx, "m", "request_id", "own") },
			map[string]any{"msg": "m", "request_id": "own"}},
		"logger with attributes": {request, func(l *slog.Logger, ctx context.Context) { l.With("b", 2).InfoContext(ctx, "m") },
			map[string]any{"msg": "m", "b": 2.0, "request_id": "r-1"}},
		"logger with a group": {request, func(l *slog.Logger, ctx context.Context) { l.WithGroup("g").InfoContext(ctx, "m") },
			map[string]any{"msg": "m", "g": map[string]any{"request_id": "r-1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, logLine(t, func(l *slog.Logger) { c.log(l, c.ctx) })); diff != "" {
				t.Errorf("- want, + got:\n%s", diff)
			}
		})
	}
}

func TestHandle_AddsTraceIDs(t *testing.T) {
	t.Parallel()
	traces, err := trace.NewExporter(t.Context(), "http://127.0.0.1:1", "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := traces.Request(t.Context(), "")
	traceID, spanID, traced := trace.IDs(ctx)
	if !traced {
		t.Fatal("the request is not traced")
	}
	want := map[string]any{"msg": "m", "trace_id": traceID, "span_id": spanID}
	if diff := cmp.Diff(want, logLine(t, func(l *slog.Logger) { l.InfoContext(ctx, "m") })); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
