package trace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Errors returned by FromEnvironment.
var (
	ErrExporter = errors.New("OTEL_TRACES_EXPORTER: this program knows otlp and none")
	ErrProtocol = errors.New("OTEL_EXPORTER_OTLP_PROTOCOL: this program speaks http/protobuf")
)

// FromEnvironment returns the Tracer that OpenTelemetry's environment variables configure, or nil. Traces are on if an
// endpoint or an exporter is set. The library reads the other variables itself. It returns ErrExporter or ErrProtocol
// for values that this program does not support.
func FromEnvironment(ctx context.Context, get func(string) string, version string, log *slog.Logger) (*Tracer, error) {
	first := func(names ...string) string {
		for _, name := range names {
			if value := strings.ToLower(strings.TrimSpace(get(name))); value != "" {
				return value
			}
		}
		return ""
	}
	exporter := first("OTEL_TRACES_EXPORTER")
	endpoint := first("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	switch {
	case first("OTEL_SDK_DISABLED") == "true", exporter == "none", exporter == "" && endpoint == "":
		return nil, nil
	case exporter != "" && exporter != "otlp":
		return nil, ErrExporter
	}
	if p := first("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); p != "" && p != "http/protobuf" {
		return nil, ErrProtocol
	}
	return open(ctx, version, log)
}

// NewExporter returns a Tracer that exports to the collector at a URL, including its path.
func NewExporter(ctx context.Context, url, version string, log *slog.Logger) (*Tracer, error) {
	return open(ctx, version, log, otlptracehttp.WithEndpointURL(url))
}

func open(ctx context.Context, version string, log *slog.Logger, options ...otlptracehttp.Option) (*Tracer, error) {
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare traces: %w", err)
	}
	// The environment comes last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", name), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv(),
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return &Tracer{provider: sdk.NewTracerProvider(
		sdk.WithBatcher(loggedExporter{exporter, log}), sdk.WithResource(about), sdk.WithRawSpanLimits(limits),
	)}, nil
}

// limits are above anything that this package adds to a span.
var limits = sdk.SpanLimits{AttributeValueLengthLimit: 64, AttributeCountLimit: 8, EventCountLimit: 0, LinkCountLimit: 0}

// loggedExporter logs that spans were lost and drops them, because no request may wait for traces.
type loggedExporter struct {
	sdk.SpanExporter
	log *slog.Logger
}

// ExportSpans sends spans to the collector.
func (t loggedExporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := t.SpanExporter.ExportSpans(ctx, spans); err != nil {
		t.log.WarnContext(ctx, "traces not exported", "spans", len(spans), "error", err)
	}
	return nil
}

// closeTimeout limits how long Close waits for the collector.
const closeTimeout = 3 * time.Second

// Close exports the remaining spans.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	return t.provider.Shutdown(ctx)
}
