package main

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/totp"
)

// scenario is a kind of request to measure.
type scenario struct {
	name     string
	hashes   bool // each request hashes a password
	once     bool // measured with the largest number of callers only, on unused accounts
	warmUp   func(context.Context, measurement) ([]request, error)
	requests func(context.Context, measurement) ([]request, error)
}

var scenarios = []scenario{
	{name: "read the current session", requests: reads},
	// The warm-up signs every user in once, so that the measured sign-ins come from a known device. They use the next code,
	// because the current one is used then.
	{name: "second factor, right code", requests: rightCodes(1), warmUp: rightCodes(0)},
	{name: "second factor, wrong code", requests: wrongCodes},
	{name: "begin an enrollment", requests: enrollments},
	{name: "password sign-in", requests: passwords, hashes: true},
	{name: "all but passwords, mixed", requests: mixed, once: true},
}

const secondFactorPath = "/api/v1/sessions/second-factor"

func reads(_ context.Context, m measurement) ([]request, error) {
	users := m.users()
	requests := make([]request, 10*m.plan.requests)
	for i := range requests {
		requests[i] = request{method: "GET", path: "/api/v1/sessions/current", headers: []string{users[i%len(users)].bearer}, wantStatus: 200}
	}
	return requests, nil
}

// rightCodes completes one sign-in per user with the TOTP code that is the given number of steps ahead.
func rightCodes(steps totp.Step) func(context.Context, measurement) ([]request, error) {
	return func(ctx context.Context, m measurement) ([]request, error) {
		users := m.users()
		tokens, err := m.dataset.pendingSignIns(ctx, users)
		if err != nil {
			return nil, err
		}
		requests := make([]request, len(users))
		for i, u := range users {
			requests[i] = request{method: "POST", path: secondFactorPath, wantStatus: 201, body: func() string {
				return fmt.Sprintf(`{"code":"%s","sign_in_token":"%s"}`, u.key.Code(totp.StepAt(time.Now())+steps), tokens[i])
			}}
		}
		return requests, nil
	}
}

func wrongCodes(ctx context.Context, m measurement) ([]request, error) {
	users := m.users()
	tokens, err := m.dataset.pendingSignIns(ctx, users)
	if err != nil {
		return nil, err
	}
	requests := make([]request, m.plan.requests)
	for i := range requests {
		n := i % len(users)
		requests[i] = request{method: "POST", path: secondFactorPath, wantStatus: 401, body: func() string {
			return fmt.Sprintf(`{"code":"%s","sign_in_token":"%s"}`, wrongCode(users[n].key), tokens[n])
		}}
	}
	return requests, nil
}

// wrongCode returns a code that the server does not accept at this time.
func wrongCode(k totp.Key) string {
	for _, code := range []string{"000000", "111111"} {
		if len(k.Match(code, time.Now())) == 0 {
			return code
		}
	}
	return "222222"
}

func enrollments(ctx context.Context, m measurement) ([]request, error) {
	users := m.users()
	tokens, err := m.dataset.stepUpTokens(ctx, users)
	if err != nil {
		return nil, err
	}
	requests := make([]request, len(users))
	for i, u := range users {
		requests[i] = request{method: "POST", path: "/api/v1/mfa/totp/enrollments", headers: []string{u.bearer, "Step-Up-Token: " + tokens[i]}, wantStatus: 201}
	}
	return requests, nil
}

// passwords begins sign-ins with correct passwords, which the server responds to with a pending sign-in.
func passwords(_ context.Context, m measurement) ([]request, error) {
	users := m.users()
	requests := make([]request, max(m.plan.requests/10, 4*m.callers))
	for i := range requests {
		body := fmt.Sprintf(`{"email":"%s","password":"%s","deliver":"token"}`, users[i%len(users)].email, passphrase)
		requests[i] = request{method: "POST", path: "/api/v1/sessions", wantStatus: 202, body: func() string { return body }}
	}
	return requests, nil
}

// mixed alternates between all kinds of requests except passwords. It has one request of each kind per user.
func mixed(ctx context.Context, m measurement) ([]request, error) {
	var kinds [4][]request
	for i, build := range []func(context.Context, measurement) ([]request, error){reads, rightCodes(0), wrongCodes, enrollments} {
		var err error
		if kinds[i], err = build(ctx, m); err != nil {
			return nil, err
		}
	}
	var all []request
	for i := range kinds[1] {
		for _, kind := range kinds {
			all = append(all, kind[i%len(kind)])
		}
	}
	return all, nil
}
