package main

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"time"

	"twofold/internal/totp"
)

// reads measures the cheapest authenticated read.
func (b *bench) reads(ctx context.Context) error {
	people, err := b.signIn(ctx, 32)
	if err != nil {
		return err
	}
	for _, n := range callers {
		calls := make([]call, 20*b.requests)
		for i := range calls {
			calls[i] = call{method: "GET", path: "/api/v1/sessions/current", header: people[i%len(people)], want: 200}
		}
		if err := b.measure(ctx, "read the current session", n, calls); err != nil {
			return err
		}
	}
	return nil
}

// begins measures beginning an enrollment: key, URI, PNG, a step-up token spent.
func (b *bench) begins(ctx context.Context) error {
	people, err := b.signIn(ctx, 32)
	if err != nil {
		return err
	}
	for _, n := range callers {
		calls, err := b.beginCalls(ctx, people, b.requests)
		if err != nil {
			return err
		}
		if err := b.measure(ctx, "begin an enrollment", n, calls); err != nil {
			return err
		}
	}
	return nil
}

// confirms measures confirming an enrollment with its first code; every account can do that once. With it come ten
// recovery codes, each of them a hash, so there are a tenth as many requests.
func (b *bench) confirms(ctx context.Context) error {
	for _, n := range callers {
		people, err := b.signIn(ctx, max(b.requests/10, n))
		if err != nil {
			return err
		}
		begins, err := b.beginCalls(ctx, people, len(people))
		if err != nil {
			return err
		}
		calls := make([]call, len(begins))
		err = parallel(preparing, len(begins), func(i int) error {
			answer, err := b.send(ctx, begins[i])
			if err != nil {
				return err
			}
			calls[i], err = confirmCall(people[i], answer)
			return err
		})
		if err != nil {
			return err
		}
		if err := b.measure(ctx, "confirm an enrollment", n, calls); err != nil {
			return err
		}
	}
	return nil
}

func confirmCall(person http.Header, answer []byte) (call, error) {
	var begun struct{ ID, Secret string }
	if err := json.Unmarshal(answer, &begun); err != nil {
		return call{}, err
	}
	raw, err := base32.StdEncoding.DecodeString(begun.Secret)
	if err != nil {
		return call{}, err
	}
	key, err := totp.KeyFromBytes(raw)
	if err != nil {
		return call{}, err
	}
	return call{
		method: "POST", path: "/api/v1/mfa/totp/enrollments/" + begun.ID + "/confirm", header: person, want: 201,
		write: func() string { return `{"code":"` + key.Code(totp.StepAt(time.Now())) + `"}` },
	}, nil
}

// beginCalls steps up as often as is needed, and answers the calls that use the tokens.
func (b *bench) beginCalls(ctx context.Context, people []http.Header, n int) ([]call, error) {
	calls := make([]call, n)
	err := parallel(preparing, n, func(i int) error {
		person := people[i%len(people)]
		answer, err := b.send(ctx, call{
			method: "POST", path: "/api/v1/step-up", header: person, want: 201,
			body: `{"purpose":"mfa.enroll","password":"` + password + `"}`,
		})
		if err != nil {
			return err
		}
		var got struct {
			Token string `json:"step_up_token"`
		}
		if err := json.Unmarshal(answer, &got); err != nil {
			return err
		}
		header := person.Clone()
		header.Set("Step-Up-Token", got.Token)
		calls[i] = call{method: "POST", path: "/api/v1/mfa/totp/enrollments", header: header, want: 201}
		return nil
	})
	return calls, err
}
