package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/secret"
)

const password = "correct horse battery staple"

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}

// bench puts load on one server.
type bench struct {
	server   *server
	requests int
	people   int // accounts made so far
}

// call is one request that is ready to be sent, and what it must be answered with.
type call struct {
	method, path string
	header       http.Header
	body         string
	write        func() string // a body that is right only when it is sent; nil: body
	want         int
}

// measure sends the calls over a number of callers, each one request at a time, and prints a row.
func (b *bench) measure(ctx context.Context, name string, callers int, calls []call) error {
	next := make(chan call, len(calls))
	for _, c := range calls {
		next <- c
	}
	close(next)
	var mu sync.Mutex
	var times []time.Duration
	begun := time.Now()
	err := parallel(callers, callers, func(int) error {
		for c := range next {
			if c.write != nil {
				c.body = c.write()
			}
			sent := time.Now()
			if _, err := b.send(ctx, c); err != nil {
				return err
			}
			took := time.Since(sent)
			mu.Lock()
			times = append(times, took)
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := time.Since(begun)
	slices.Sort(times)
	at := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1))].Microseconds()) / 1e3
	}
	fmt.Printf("%-34s %7d %10d %9.0f %6.2f ms %6.2f ms\n", name, callers, len(times), float64(len(times))/all.Seconds(), at(0.5), at(0.99))
	return nil
}

func (b *bench) send(ctx context.Context, c call) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, b.server.url+c.path, strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header = c.header.Clone()
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != c.want {
		return nil, fmt.Errorf("%s %s answered %d, want %d: %s", c.method, c.path, answer.StatusCode, c.want, body)
	}
	return body, nil
}

// signIn makes accounts, straight in the database, and signs each in.
func (b *bench) signIn(ctx context.Context, n int) ([]http.Header, error) {
	environment := make(map[string]string)
	for _, setting := range b.server.env {
		name, value, _ := strings.Cut(setting, "=")
		environment[name] = value
	}
	c, err := config.From(environment)
	if err != nil {
		return nil, err
	}
	contract, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, fmt.Errorf("start it from the project's root: %w", err)
	}
	a, err := app.New(ctx, c, app.Parts{
		Contract: contract, Page: fstest.MapFS{}, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Audit: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	people := make([]http.Header, n)
	first := b.people
	b.people += n
	err = parallel(preparing, n, func(i int) error {
		email := fmt.Sprintf("person-%d@example.com", first+i)
		if _, err := a.AddAccount(ctx, email, secret.New(password)); err != nil {
			return err
		}
		answer, err := b.send(ctx, call{
			method: "POST", path: "/api/v1/sessions", header: http.Header{}, want: 201,
			body: `{"email":"` + email + `","password":"` + password + `","deliver":"token"}`,
		})
		if err != nil {
			return err
		}
		var got struct {
			Token string `json:"session_token"`
		}
		if err := json.Unmarshal(answer, &got); err != nil {
			return err
		}
		people[i] = http.Header{"Authorization": {"Bearer " + got.Token}}
		return nil
	})
	return people, err
}

// preparing is how many callers prepare a load at once: few enough for the queue of password hashes.
const preparing = 8

// parallel calls do(0) … do(n-1), some of them at once, and answers an error of one.
func parallel(atOnce, n int, do func(i int) error) error {
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	errs := make(chan error, n)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			errs <- do(i)
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func get(ctx context.Context, url string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, bytes.NewReader(nil))
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Body.Close()
}
