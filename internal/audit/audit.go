// Package audit says what happened to an account, in one line per event.
package audit

import (
	"context"
	"log/slog"
)

// Kind names an event, noun first.
type Kind string

const (
	SignInSucceeded     Kind = "sign_in.succeeded"
	SignInPending       Kind = "sign_in.pending"
	SignInFailed        Kind = "sign_in.failed"
	SignInThrottled     Kind = "sign_in.throttled"
	StepUpIssued        Kind = "step_up.issued"
	StepUpUsed          Kind = "step_up.used"
	StepUpRefused       Kind = "step_up.refused"
	TokenRefused        Kind = "token.refused"
	EnrollmentBegun     Kind = "enrollment.begun"
	EnrollmentConfirmed Kind = "enrollment.confirmed"
	EnrollmentCancelled Kind = "enrollment.cancelled"
	EnrollmentFailed    Kind = "enrollment.failed"
	MethodRemoved       Kind = "method.removed"
	CodeReplayed        Kind = "code.replayed"
	SessionEnded        Kind = "session.ended"
	AccountCreated      Kind = "account.created"
	AccountMFAReset     Kind = "account.mfa_reset"
	CrossOriginRefused  Kind = "cross_origin.refused"
)

// Event is one thing that happened. It never holds a secret.
type Event struct {
	Kind      Kind
	AccountID string // empty where no account is known
	Subject   string // the id of what was changed
	Reason    string
}

// Client is who asked.
type Client struct {
	IP        string
	UserAgent string
	RequestID string
}

type clientKey struct{}

// WithClient remembers who asked.
func WithClient(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// ClientOf answers who asked; zero for a command.
func ClientOf(ctx context.Context) Client {
	c, _ := ctx.Value(clientKey{}).(Client)
	return c
}

// Log writes events to the log of the process.
type Log struct {
	To *slog.Logger
}

// Record writes one event.
func (l Log) Record(ctx context.Context, e Event) {
	c := ClientOf(ctx)
	attrs := []slog.Attr{slog.String("event", string(e.Kind))}
	for _, a := range []struct{ name, value string }{
		{"account", e.AccountID}, {"subject", e.Subject}, {"reason", e.Reason},
		{"ip", c.IP}, {"user_agent", c.UserAgent}, {"request_id", c.RequestID},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.name, a.value))
		}
	}
	l.To.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}
