// Package trace says where the time of a request goes, to whoever collects OpenTelemetry traces. It is off unless the
// environment names a collector, and costs nothing then.
//
// A span carries what stands in this package and nothing else: names from a closed list, an operation, a status, a
// problem's code, a request's id. No value, statement, address, URL or error text comes near one. Spans themselves stay in
// here: whoever deferred the End of one would have it keep the text of a panic.
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

// SpanName is a part of the work that is timed on its own.
type SpanName string

const (
	PasswordQueue SpanName = "password.queue" // waiting for a slot to hash in
	PasswordHash  SpanName = "password.hash"  // having one
	Transaction   SpanName = "database.transaction"
	MailSend      SpanName = "mail.send"
)

// Tracer begins traces. A nil Tracer is off.
type Tracer struct {
	provider *sdk.TracerProvider
}

// name is of the instrumentation, as OpenTelemetry calls it.
const name = "twofold"

// Request begins the span of a request. Parent is a traceparent header (W3C Trace Context §3.2) of somebody who is
// trusted, or empty: then the request begins a trace of its own.
func (t *Tracer) Request(ctx context.Context, parent string) (context.Context, *Request) {
	if t == nil {
		return ctx, nil
	}
	if parent != "" {
		// Only this header: tracestate and baggage carry what others like to say.
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(http.Header{"Traceparent": {parent}}))
	}
	ctx, span := t.provider.Tracer(name).Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	return ctx, &Request{span: span}
}

// Request is the span of one request. A nil Request is not traced.
type Request struct{ span trace.Span }

// End ends the span with what is known of the request by then. Problem may be empty.
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

// StartRoot begins a step of work that no request waits for.
func (t *Tracer) StartRoot(ctx context.Context, step SpanName) (context.Context, func(failed bool)) {
	if t == nil {
		return ctx, func(bool) {}
	}
	return begin(ctx, t.provider, step)
}

// StartSpan begins a step of what ctx is a part of; where that is not traced, nothing.
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

// IDs answers the trace and the span that ctx is a part of, in hexadecimal; false where there is none.
func IDs(ctx context.Context) (traceID, spanID string, traced bool) {
	of := trace.SpanContextFromContext(ctx)
	if !of.IsValid() {
		return "", "", false
	}
	return of.TraceID().String(), of.SpanID().String(), true
}
