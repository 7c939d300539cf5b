package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// call is one request, and what it must be answered with. Body is asked when it is sent: a code is right for a while only.
type call struct {
	method, path string
	headers      []string // lines
	body         func() string
	want         int
}

// write spells the request as it goes over the wire: a client that does more would be measured, too.
func (c call) write(to []byte) []byte {
	body := ""
	if c.body != nil {
		body = c.body()
	}
	to = fmt.Appendf(to[:0], "%s %s HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: bench\r\n", c.method, c.path)
	for _, line := range c.headers {
		to = append(append(to, line...), '\r', '\n')
	}
	if body != "" {
		to = append(to, "Content-Type: application/json\r\nContent-Length: "...)
		to = append(strconv.AppendInt(to, int64(len(body)), 10), '\r', '\n')
	}
	return append(append(to, '\r', '\n'), body...)
}

// caller sends one request at a time, over one connection.
type caller struct {
	to     net.Conn
	from   *bufio.Reader
	buffer []byte
}

func dial(ctx context.Context, address string) (*caller, error) {
	var d net.Dialer
	to, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &caller{to: to, from: bufio.NewReader(to)}, nil
}

// send answers what was wrong with the answer, if anything, and its body where keep wants that.
func (c *caller) send(r call, keep bool) (body []byte, err error) {
	c.buffer = r.write(c.buffer)
	if _, err := c.to.Write(c.buffer); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.from, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if keep || answer.StatusCode != r.want {
		body, err = io.ReadAll(answer.Body)
	} else {
		_, err = io.Copy(io.Discard, answer.Body)
	}
	if err == nil && answer.StatusCode != r.want {
		err = fmt.Errorf("%s %s answered %d, want %d: %s", r.method, r.path, answer.StatusCode, r.want, body)
	}
	return body, err
}

// times is how long each request took, in ascending order, and all of them together.
type times struct {
	each []time.Duration
	all  time.Duration
}

func (t times) perSecond() float64 { return float64(len(t.each)) / t.all.Seconds() }

func (t times) at(share float64) float64 { // in ms
	return float64(t.each[int(share*float64(len(t.each)-1))].Microseconds()) / 1e3
}

// runLoad sends the calls from a number of callers, each at one of the addresses. An answer that is not the wanted one is an
// error.
func runLoad(ctx context.Context, addresses []string, callers int, calls []call) (times, error) {
	lines := make([]*caller, callers)
	for i := range lines {
		line, err := dial(ctx, addresses[i%len(addresses)])
		if err != nil {
			return times{}, err
		}
		defer func() { _ = line.to.Close() }()
		lines[i] = line
	}
	took := make([]time.Duration, len(calls))
	var next atomic.Int64
	begun := time.Now()
	err := atOnce(callers, func(i int) error {
		for {
			n := int(next.Add(1)) - 1
			if n >= len(calls) {
				return ctx.Err()
			}
			sent := time.Now()
			if _, err := lines[i].send(calls[n], false); err != nil {
				return err
			}
			took[n] = time.Since(sent)
		}
	})
	all := time.Since(begun)
	slices.Sort(took)
	return times{each: took, all: all}, err
}

// atOnce calls do(0) … do(n-1) concurrently and returns their errors.
func atOnce(n int, do func(i int) error) error {
	var group sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		group.Go(func() { errs[i] = do(i) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// example is what a call is answered with.
func example(ctx context.Context, address string, c call) (string, error) {
	line, err := dial(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = line.to.Close() }()
	body, err := line.send(c, true)
	return strings.TrimSpace(string(body)), err
}
