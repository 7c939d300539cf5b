// Package logctx adds the request id and the trace ids of a context to every log line, and keeps a program that reads the
// log from stopping the server. [Wrap] returns such a logger, and [NewWriter] what its handler writes to.
package logctx

import (
	"context"
	"log/slog"

	"twofold/internal/audit"
	"twofold/internal/trace"
)

// Handler adds request_id, and for traced requests trace_id and span_id, from the context of a line.
type Handler struct{ slog.Handler }

var _ slog.Handler = Handler{}

// Wrap returns a logger whose lines carry the ids of their context.
func Wrap(log *slog.Logger) *slog.Logger { return slog.New(Handler{log.Handler()}) }

// Handle adds the ids that the line does not have already.
func (h Handler) Handle(ctx context.Context, r slog.Record) error {
	if id := audit.ClientOf(ctx).RequestID; id != "" && !hasAttr(r, "request_id") {
		r.AddAttrs(slog.String("request_id", id))
	}
	if traceID, spanID, traced := trace.IDs(ctx); traced {
		r.AddAttrs(slog.String("trace_id", traceID), slog.String("span_id", spanID))
	}
	return h.Handler.Handle(ctx, r)
}

func hasAttr(r slog.Record, name string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = found || a.Key == name
		return !found
	})
	return found
}

// WithAttrs returns a Handler with more attributes.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return Handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a Handler with a group.
func (h Handler) WithGroup(name string) slog.Handler { return Handler{h.Handler.WithGroup(name)} }
