package app

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/api"
	"twofold/internal/logctx"
)

// disk is what the log is written to; it can be full.
type disk struct {
	mu    sync.Mutex
	full  bool
	lines strings.Builder
}

func (d *disk) Write(line []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return 0, errors.New("no space left on device")
	}
	return d.lines.Write(line)
}

func (d *disk) fill(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

// A check of readiness also tries the log again, because an unready server may get no other request.
func TestReadiness_LogUnwritable(t *testing.T) {
	t.Parallel()
	d := &disk{}
	w := logctx.NewWriter(d, time.Minute)
	r := &readiness{log: slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelError})), logWriter: w}
	r.log.Error("a line")
	if err := r.unlogged(); err != nil {
		t.Errorf("got %v", err)
	}
	d.fill(true)
	r.log.Error("a line that is lost")
	for range 3 {
		if got := r.explain(t.Context(), r.unlogged()); len(got) != 1 || got[0] != api.UnreadyReasonLogUnwritable {
			t.Errorf("got %v, want log_unwritable", got)
		}
	}
	if w.Lost() != 4 {
		t.Errorf("%d lines are lost, want 4", w.Lost())
	}
	d.fill(false)
	r.explain(t.Context(), r.unlogged())
	if err := r.unlogged(); err != nil {
		t.Errorf("got %v after the disk has space again", err)
	}
	if text := d.lines.String(); !strings.Contains(text, `"reason":"log_unwritable","error":"the log cannot be written: no space left on device"`) {
		t.Errorf("the log does not have the cause:\n%s", text)
	}
}
