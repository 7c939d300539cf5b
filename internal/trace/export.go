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

// Errors of FromEnvironment.
var (
	ErrExporter = errors.New("OTEL_TRACES_EXPORTER: this program knows otlp and none")
	ErrProtocol = errors.New("OTEL_EXPORTER_OTLP_PROTOCOL: this program speaks http/protobuf")
)

// FromEnvironment answers the Tracer that OpenTelemetry's environment variables ask for, or nil: it takes an endpoint or
// an exporter to switch traces on. The library reads the rest of those variables itself. It answers ErrExporter or
// ErrProtocol for what this program cannot do.
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

// NewExporter answers a Tracer that exports to the collector at a URL, with its path.
func NewExporter(ctx context.Context, url, version string, log *slog.Logger) (*Tracer, error) {
	return open(ctx, version, log, otlptracehttp.WithEndpointURL(url))
}

func open(ctx context.Context, version string, log *slog.Logger, options ...otlptracehttp.Option) (*Tracer, error) {
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare traces: %w", err)
	}
	// The environment comes last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
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

// limits are more than this package ever puts into a span.
var limits = sdk.SpanLimits{AttributeValueLengthLimit: 64, AttributeCountLimit: 8, EventCountLimit: 0, LinkCountLimit: 0}

// loggedExporter says in the log that spans were lost, and loses them: nothing waits for traces.
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

// patience is how long Close waits for a collector: a stop is not held up for long.
const patience = 3 * time.Second

// Close exports what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.provider.Shutdown(ctx)
}
