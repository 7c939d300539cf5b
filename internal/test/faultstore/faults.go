package faultstore

import (
	"context"
	"errors"
	"sync"
)

// Err is the error of the call that fails.
var Err = errors.New("the store fails")

// Faults makes one call fail, counted over all stores that share it. The zero value lets every call through. It may be used
// concurrently.
type Faults struct {
	mu         sync.Mutex
	nth, calls int
	hit        bool
}

// FailAt makes the nth call from now on fail.
func (f *Faults) FailAt(nth int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nth, f.calls, f.hit = nth, 0, false
}

// Off lets every call through. Hit keeps its result.
func (f *Faults) Off() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nth = 0
}

// Hit reports whether a call has failed since FailAt.
func (f *Faults) Hit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

// next counts a call and returns Err if it is the one that fails.
func (f *Faults) next() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.nth == 0 {
		return nil
	}
	f.calls++
	if f.calls != f.nth {
		return nil
	}
	f.hit = true
	return Err
}

// do makes a call, unless it is the one that fails.
func (f *Faults) do(call func() error) error {
	if err := f.next(); err != nil {
		return err
	}
	return call()
}

// get makes a call with a result, unless it is the one that fails.
func get[T any](f *Faults, call func() (T, error)) (T, error) {
	if err := f.next(); err != nil {
		var zero T
		return zero, err
	}
	return call()
}

// inTx can fail to begin and to commit.
func (f *Faults) inTx(ctx context.Context, begin func(context.Context, func(context.Context) error) error, do func(context.Context) error) error {
	return f.do(func() error {
		return begin(ctx, func(ctx context.Context) error {
			if err := do(ctx); err != nil {
				return err
			}
			return f.next()
		})
	})
}
