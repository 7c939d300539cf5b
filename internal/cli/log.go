package cli

import (
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/term"

	"twofold/internal/logctx"
)

// logWait is the longest time that a request waits for its log line.
const logWait = time.Second

// newLogs returns the loggers of a command and what both write to. Audit lines are written at every level.
func newLogs(to io.Writer, format string, level slog.Level) (log, audit *slog.Logger, w *logctx.Writer) {
	w = logctx.NewWriter(to, logWait)
	text := isText(format, to)
	return slog.New(logHandler(w, text, level)), slog.New(logHandler(w, text, slog.LevelInfo)), w
}

// isText reports whether lines are text for a person, instead of JSON for programs.
func isText(format string, to io.Writer) bool {
	if format != "auto" {
		return format == "text"
	}
	file, ok := to.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func logHandler(to io.Writer, text bool, level slog.Level) slog.Handler {
	if !text {
		return slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})
	}
	return slog.NewTextHandler(to, &slog.HandlerOptions{Level: level, ReplaceAttr: shortTime})
}

// shortTime writes the time of a line without its date.
func shortTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, a.Value.Time().Format(time.TimeOnly))
	}
	return a
}
