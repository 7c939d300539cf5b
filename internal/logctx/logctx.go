// Package logctx says in every line of the log which request it belongs to, and which trace.
package logctx

import (
	"context"
	"log/slog"

	"twofold/internal/audit"
	"twofold/internal/trace"
)

// Handler adds request_id, and trace_id and span_id where the request is traced, from the context of a line.
type Handler struct{ slog.Handler }

var _ slog.Handler = Handler{}

// Wrap answers a logger whose lines say what they belong to.
func Wrap(log *slog.Logger) *slog.Logger { return slog.New(Handler{log.Handler()}) }

// Handle adds what the line does not say itself.
func (h Handler) Handle(ctx context.Context, r slog.Record) error {
	if id := audit.ClientOf(ctx).RequestID; id != "" && !says(r, "request_id") {
		r.AddAttrs(slog.String("request_id", id))
	}
	if traceID, spanID, traced := trace.IDs(ctx); traced {
		r.AddAttrs(slog.String("trace_id", traceID), slog.String("span_id", spanID))
	}
	return h.Handler.Handle(ctx, r)
}

func says(r slog.Record, name string) (said bool) {
	r.Attrs(func(a slog.Attr) bool {
		said = said || a.Key == name
		return !said
	})
	return said
}

// WithAttrs keeps adding.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return Handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps adding.
func (h Handler) WithGroup(name string) slog.Handler { return Handler{h.Handler.WithGroup(name)} }
