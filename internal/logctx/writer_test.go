package logctx_test

import (
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"twofold/internal/logctx"
)

// reader is the reader of a log, which can stop reading and end.
type reader struct {
	mu    sync.Mutex
	lines strings.Builder
	err   error
}

func (r *reader) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.lines.Write(line)
	}
	return len(line), r.err
}

func (r *reader) read() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.String()
}

func TestWriter_WritesBeforeItReturns(t *testing.T) {
	t.Parallel()
	to := &reader{}
	w := logctx.NewWriter(to, time.Minute)
	log := slog.New(slog.NewJSONHandler(w, nil))
	for _, message := range []string{"one", "two", "three"} {
		log.Info(message)
		if !strings.Contains(to.read(), `"msg":"`+message+`"`) {
			t.Errorf("%s is not written yet", message)
		}
	}
	if w.Err() != nil || w.Lost() != 0 {
		t.Errorf("got %v and %d lost", w.Err(), w.Lost())
	}
}

func TestWriter_StalledReader(t *testing.T) {
	t.Parallel()
	to := &reader{}
	w := logctx.NewWriter(to, 10*time.Millisecond)
	to.mu.Lock() // it reads nothing
	for range 100 {
		_, _ = io.WriteString(w, "line\n")
	}
	if err := w.Err(); !errors.Is(err, logctx.ErrStalled) {
		t.Errorf("got %v, want ErrStalled", err)
	}
	if lost := w.Lost(); lost != 99 { // the first one waits
		t.Errorf("%d lines are lost, want 99", lost)
	}
	to.mu.Unlock()
	settle := func() { // until no line is being written
		for w.Err() != nil {
			runtime.Gosched()
		}
	}
	settle()
	_, _ = io.WriteString(w, "last\n")
	settle()
	if got := to.read(); got != "line\nlast\n" {
		t.Errorf("got %q, want the line that waited and the last one", got)
	}
}

func TestWriter_ReaderGone(t *testing.T) {
	t.Parallel()
	to := &reader{err: syscall.EPIPE}
	w := logctx.NewWriter(to, time.Minute)
	for range 3 {
		if n, err := io.WriteString(w, "line\n"); n != 5 || err != nil {
			t.Errorf("got %d, %v: an error reaches the logger", n, err)
		}
	}
	if err := w.Err(); !errors.Is(err, syscall.EPIPE) || w.Lost() != 3 {
		t.Errorf("got %v and %d lost, want EPIPE and 3", err, w.Lost())
	}
	to.err = nil // there is space on the disk again
	_, _ = io.WriteString(w, "line\n")
	if w.Err() != nil || w.Lost() != 3 {
		t.Errorf("got %v and %d lost, want none and 3", w.Err(), w.Lost())
	}
}

func TestWriter_ConcurrentLines(t *testing.T) {
	t.Parallel()
	to := &reader{}
	w := logctx.NewWriter(to, time.Minute)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { _, _ = io.WriteString(w, "line\n") })
	}
	all.Wait()
	if got := to.read(); got != strings.Repeat("line\n", 50) || w.Lost() != 0 {
		t.Errorf("got %d bytes and %d lost", len(got), w.Lost())
	}
}
