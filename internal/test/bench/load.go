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

// request is one HTTP request and its expected status. The body is built when the request is sent, because a TOTP code
// expires.
type request struct {
	method, path string
	headers      []string // header lines
	body         func() string
	wantStatus   int
}

// write writes the request into buffer as it goes over the wire. It does not use net/http, whose cost would be measured too.
func (r request) write(buffer []byte) []byte {
	body := ""
	if r.body != nil {
		body = r.body()
	}
	buffer = fmt.Appendf(buffer[:0], "%s %s HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: bench\r\n", r.method, r.path)
	for _, line := range r.headers {
		buffer = append(append(buffer, line...), '\r', '\n')
	}
	if body != "" {
		buffer = append(buffer, "Content-Type: application/json\r\nContent-Length: "...)
		buffer = append(strconv.AppendInt(buffer, int64(len(body)), 10), '\r', '\n')
	}
	return append(append(buffer, '\r', '\n'), body...)
}

// caller sends one request at a time over one connection.
type caller struct {
	conn   net.Conn
	reader *bufio.Reader
	buffer []byte
}

func dial(ctx context.Context, address string) (*caller, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &caller{conn: conn, reader: bufio.NewReader(conn)}, nil
}

// send sends a request and reads the response, whose body it returns if keepBody is set. A status other than the expected one
// is an error.
func (c *caller) send(r request, keepBody bool) (body []byte, err error) {
	c.buffer = r.write(c.buffer)
	if _, err := c.conn.Write(c.buffer); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if keepBody || response.StatusCode != r.wantStatus {
		body, err = io.ReadAll(response.Body)
	} else {
		_, err = io.Copy(io.Discard, response.Body)
	}
	if err == nil && response.StatusCode != r.wantStatus {
		err = fmt.Errorf("%s %s: got status %d, want %d: %s", r.method, r.path, response.StatusCode, r.wantStatus, body)
	}
	return body, err
}

// loadResult holds the latency of each request, in ascending order, and the time that all of them took together.
type loadResult struct {
	latencies []time.Duration
	elapsed   time.Duration
}

func (r loadResult) perSecond() float64 { return float64(len(r.latencies)) / r.elapsed.Seconds() }

// quantile returns a quantile of the latencies, such as 0.99, in milliseconds.
func (r loadResult) quantile(q float64) float64 {
	return float64(r.latencies[int(q*float64(len(r.latencies)-1))].Microseconds()) / 1e3
}

// runLoad sends the requests from concurrent callers, which are distributed over the addresses. A response with an unexpected
// status is an error.
func runLoad(ctx context.Context, addresses []string, callers int, requests []request) (loadResult, error) {
	conns := make([]*caller, callers)
	for i := range conns {
		c, err := dial(ctx, addresses[i%len(addresses)])
		if err != nil {
			return loadResult{}, err
		}
		defer func() { _ = c.conn.Close() }()
		conns[i] = c
	}
	latencies := make([]time.Duration, len(requests))
	var next atomic.Int64
	start := time.Now()
	err := concurrently(callers, func(i int) error {
		for {
			n := int(next.Add(1)) - 1
			if n >= len(requests) {
				return ctx.Err()
			}
			sentAt := time.Now()
			if _, err := conns[i].send(requests[n], false); err != nil {
				return err
			}
			latencies[n] = time.Since(sentAt)
		}
	})
	elapsed := time.Since(start)
	slices.Sort(latencies)
	return loadResult{latencies: latencies, elapsed: elapsed}, err
}

// concurrently calls do(0) … do(n-1) concurrently and returns their errors.
func concurrently(n int, do func(i int) error) error {
	var group sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		group.Go(func() { errs[i] = do(i) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// fetchBody sends a request over a new connection and returns the body of the response.
func fetchBody(ctx context.Context, address string, r request) (string, error) {
	c, err := dial(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.conn.Close() }()
	body, err := c.send(r, true)
	return strings.TrimSpace(string(body)), err
}
