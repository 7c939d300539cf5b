// Package trace records where the time of a request goes and exports it as OpenTelemetry traces. It is off, and free,
// unless the environment names a collector. A span carries only what this package defines: names from a closed list,
// the operation, the status, the problem's code and the request id, and never a value, statement, address, URL or error
// text. Spans do not leave the package, because a caller's deferred End could record the text of a panic.
// [FromEnvironment] returns the [Tracer].
package trace

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// SpanName names a timed part of the work.
type SpanName string

const (
	PasswordQueue SpanName = "password.queue" // waiting for a hash slot
	PasswordHash  SpanName = "password.hash"  // hashing
	Transaction   SpanName = "database.transaction"
	MailSend      SpanName = "mail.send"
)

// Tracer starts traces. A nil Tracer is off.
type Tracer struct {
	provider *sdk.TracerProvider
}

// name is the name of the instrumentation scope.
const name = "twofold"

// Request starts the span of a request. parent is the traceparent header (W3C Trace Context §3.2) of a trusted proxy,
// or empty to start a new trace.
func (t *Tracer) Request(ctx context.Context, parent string) (context.Context, *Request) {
	if t == nil {
		return ctx, nil
	}
	if parent != "" {
		// tracestate and baggage are ignored, because they carry arbitrary text.
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(http.Header{"Traceparent": {parent}}))
	}
	ctx, span := t.provider.Tracer(name).Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	return ctx, &Request{span: span}
}

// Request is the span of one request. A nil Request is not traced.
type Request struct{ span trace.Span }

// End ends the span with the request's outcome. problem may be empty.
func (r *Request) End(operation string, status int, problem, requestID string) {
	if r == nil {
		return
	}
	r.span.SetName(operation)
	r.span.SetAttributes(
		attribute.String("twofold.operation", operation),
		attribute.Int("http.response.status_code", status),
		attribute.String("twofold.request_id", requestID),
	)
	if problem != "" {
		r.span.SetAttributes(attribute.String("twofold.problem", problem))
	}
	if status >= http.StatusInternalServerError {
		r.span.SetStatus(codes.Error, "")
	}
	r.span.End()
}

// StartRoot starts the span of a background task.
func (t *Tracer) StartRoot(ctx context.Context, step SpanName) (context.Context, func(failed bool)) {
	if t == nil {
		return ctx, func(bool) {}
	}
	return begin(ctx, t.provider, step)
}

// StartSpan starts a child of the span in ctx. Without one it does nothing.
func StartSpan(ctx context.Context, step SpanName) (context.Context, func(failed bool)) {
	outer := trace.SpanFromContext(ctx)
	if !outer.IsRecording() {
		return ctx, func(bool) {}
	}
	return begin(ctx, outer.TracerProvider(), step)
}

func begin(ctx context.Context, provider trace.TracerProvider, step SpanName) (context.Context, func(failed bool)) {
	ctx, span := provider.Tracer(name).Start(ctx, string(step))
	return ctx, func(failed bool) {
		if failed {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// IDs returns the trace id and the span id of ctx in hexadecimal, or false if it is not traced.
func IDs(ctx context.Context) (traceID, spanID string, traced bool) {
	of := trace.SpanContextFromContext(ctx)
	if !of.IsValid() {
		return "", "", false
	}
	return of.TraceID().String(), of.SpanID().String(), true
}
