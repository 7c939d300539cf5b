package logctx

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"
)

// ErrStalled means that the program that reads the log has stopped reading, and the pipe to it is full.
var ErrStalled = errors.New("the reader of the log has stopped reading")

// Writer writes log lines to a destination that can stall or fail, such as a pipe to another program or a full disk.
// Without it, every request would wait for that program. A line that cannot be written is dropped and counted.
type Writer struct {
	to   io.Writer
	wait time.Duration

	mu      sync.Mutex
	pending chan error // receives the result of a line that is still being written; nil if there is none
	err     error      // of the last line
	lost    int
}

// NewWriter returns a Writer. Write waits for at most this long, and not at all while an earlier line is still being
// written.
func NewWriter(to io.Writer, wait time.Duration) *Writer { return &Writer{to: to, wait: wait} }

// Write writes one line, or drops it. It never returns an error, because no caller of a logger could act on it.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled() {
		w.lost++
		return len(line), nil
	}
	result := make(chan error, 1)
	kept := bytes.Clone(line) // the caller reuses its buffer
	go func() {
		_, err := w.to.Write(kept)
		result <- err
	}()
	timer := time.NewTimer(w.wait)
	defer timer.Stop()
	select {
	case err := <-result:
		w.finish(err)
	case <-timer.C:
		w.pending = result
	}
	return len(line), nil
}

// stalled reports whether an earlier line is still being written.
func (w *Writer) stalled() bool {
	if w.pending == nil {
		return false
	}
	select {
	case err := <-w.pending:
		w.finish(err)
		return false
	default:
		return true
	}
}

// finish records the result of a line.
func (w *Writer) finish(err error) {
	w.pending, w.err = nil, err
	if err != nil {
		w.lost++
	}
}

// Err returns why log lines cannot be written: ErrStalled, the error of the last line, or nil. A nil Writer has none.
func (w *Writer) Err() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled() {
		return ErrStalled
	}
	return w.err
}

// Lost returns how many lines were dropped. A nil Writer has dropped none.
func (w *Writer) Lost() int {
	if w == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}
