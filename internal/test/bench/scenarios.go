package main

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/totp"
)

// operation is something that people ask for.
type operation struct {
	name   string
	hashes bool // a password
	once   bool // measured with the most callers only, on unused accounts
	warm   func(context.Context, measurement) ([]call, error)
	calls  func(context.Context, measurement) ([]call, error)
}

var operations = []operation{
	{name: "read the current session", calls: reads},
	// Before that everybody signs in once, so that they come from where they came from before. The next code is taken already.
	{name: "second factor, right code", calls: rightCodes(1), warm: rightCodes(0)},
	{name: "second factor, wrong code", calls: wrongCodes},
	{name: "begin an enrollment", calls: begins},
	{name: "password sign-in", calls: passwords, hashes: true},
	{name: "all but passwords, mixed", calls: mixed, once: true},
}

const secondFactor = "/api/v1/sessions/second-factor"

func reads(_ context.Context, r measurement) ([]call, error) {
	people := r.people()
	calls := make([]call, 10*r.plan.requests)
	for i := range calls {
		calls[i] = call{method: "GET", path: "/api/v1/sessions/current", headers: []string{people[i%len(people)].bearer}, want: 200}
	}
	return calls, nil
}

// rightCodes finishes a sign-in of everybody with the code of now, or of some steps from now.
func rightCodes(steps totp.Step) func(context.Context, measurement) ([]call, error) {
	return func(ctx context.Context, r measurement) ([]call, error) {
		people := r.people()
		tokens, err := r.dataset.pending(ctx, people)
		if err != nil {
			return nil, err
		}
		calls := make([]call, len(people))
		for i, p := range people {
			calls[i] = call{method: "POST", path: secondFactor, want: 201, body: func() string {
				return fmt.Sprintf(`{"code":"%s","sign_in_token":"%s"}`, p.key.Code(totp.StepAt(time.Now())+steps), tokens[i])
			}}
		}
		return calls, nil
	}
}

func wrongCodes(ctx context.Context, r measurement) ([]call, error) {
	people := r.people()
	tokens, err := r.dataset.pending(ctx, people)
	if err != nil {
		return nil, err
	}
	calls := make([]call, r.plan.requests)
	for i := range calls {
		at := i % len(people)
		calls[i] = call{method: "POST", path: secondFactor, want: 401, body: func() string {
			return fmt.Sprintf(`{"code":"%s","sign_in_token":"%s"}`, wrong(people[at].key), tokens[at])
		}}
	}
	return calls, nil
}

// wrong is a code that the phone shows neither now nor about now.
func wrong(k totp.Key) string {
	for _, code := range []string{"000000", "111111"} {
		if len(k.Match(code, time.Now())) == 0 {
			return code
		}
	}
	return "222222"
}

func begins(ctx context.Context, r measurement) ([]call, error) {
	people := r.people()
	tokens, err := r.dataset.stepUp(ctx, people)
	if err != nil {
		return nil, err
	}
	calls := make([]call, len(people))
	for i, p := range people {
		calls[i] = call{method: "POST", path: "/api/v1/mfa/totp/enrollments", headers: []string{p.bearer, "Step-Up-Token: " + tokens[i]}, want: 201}
	}
	return calls, nil
}

// passwords sign in as far as the code.
func passwords(_ context.Context, r measurement) ([]call, error) {
	people := r.people()
	calls := make([]call, max(r.plan.requests/10, 4*r.callers))
	for i := range calls {
		body := fmt.Sprintf(`{"email":"%s","password":"%s","deliver":"token"}`, people[i%len(people)].email, phrase)
		calls[i] = call{method: "POST", path: "/api/v1/sessions", want: 202, body: func() string { return body }}
	}
	return calls, nil
}

// mixed is ten thousand requests, or as many as there are people for, of every kind but passwords.
func mixed(ctx context.Context, r measurement) ([]call, error) {
	var kinds [4][]call
	for i, calls := range []func(context.Context, measurement) ([]call, error){reads, rightCodes(0), wrongCodes, begins} {
		var err error
		if kinds[i], err = calls(ctx, r); err != nil {
			return nil, err
		}
	}
	var all []call
	for i := range kinds[1] {
		for _, kind := range kinds {
			all = append(all, kind[i%len(kind)])
		}
	}
	return all, nil
}
