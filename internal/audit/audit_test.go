package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/audit"
)

var ctx = context.Background()

// record records one event and returns the log line and its fields.
func record(ctx context.Context, t *testing.T, e audit.Event) (string, map[string]any) {
	t.Helper()
	var out bytes.Buffer
	if err := (audit.Log{To: slog.New(slog.NewJSONHandler(&out, nil))}).Record(ctx, e); err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
		t.Fatalf("not one JSON object: %v\n%s", err, out.String())
	}
	delete(fields, "time")
	return out.String(), fields
}

func TestRecord_OneLogLine(t *testing.T) {
	t.Parallel()
	ctx := audit.WithClient(ctx, audit.Client{IP: "192.0.2.1", UserAgent: "curl/8", RequestID: "r-1"})
	_, fields := record(ctx, t, audit.Event{Kind: audit.MethodRemoved, AccountID: "ada", Subject: "method-1", Reason: "lost"})
	want := map[string]any{
		"level": "INFO", "msg": "audit", "event": "method.removed", "account": "ada", "subject": "method-1", "reason": "lost",
		"ip": "192.0.2.1", "user_agent": "curl/8", "request_id": "r-1",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestRecord_OmitsEmptyFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		client audit.Client
		event  audit.Event
		want   []string
	}{
		"event of a command":       {audit.Client{}, audit.Event{Kind: audit.AccountCreated}, nil},
		"event without an account": {audit.Client{IP: "::1"}, audit.Event{Kind: audit.SignInFailed, Reason: "x"}, []string{"reason", "ip"}},
		"event of a browser":       {audit.Client{UserAgent: "x", RequestID: "r"}, audit.Event{Kind: audit.SignInPending, AccountID: "a", Subject: "s"}, []string{"account", "subject", "user_agent", "request_id"}},
	} {
		_, fields := record(audit.WithClient(ctx, c.client), t, c.event)
		for _, field := range append([]string{"level", "msg", "event"}, c.want...) {
			if fields[field] == nil {
				t.Errorf("%s: %s is missing", name, field)
			}
			delete(fields, field)
		}
		if len(fields) > 0 {
			t.Errorf("%s: unexpected fields %v", name, fields)
		}
	}
}

func TestRecord_ControlCharactersEscaped(t *testing.T) {
	t.Parallel()
	hostile := "a\nb\r\nc\x00d\x1b[31me\u2028f\u2029g\u0085h\"i\\j</script>k\x7fl\xffm" + `","event":"account.mfa_reset`
	ctx := audit.WithClient(ctx, audit.Client{IP: hostile, UserAgent: hostile, RequestID: hostile})
	line, fields := record(ctx, t, audit.Event{Kind: audit.SignInFailed, AccountID: hostile, Subject: hostile, Reason: hostile})
	if n := strings.Count(line, "\n"); n != 1 || !strings.HasSuffix(line, "\n") {
		t.Errorf("%d line ends, want only the last: %q", n, line)
	}
	for _, r := range line[:len(line)-1] {
		if r < 0x20 || r == 0x2028 || r == 0x2029 {
			t.Errorf("the line contains %U", r)
		}
	}
	if fields["event"] != "sign_in.failed" {
		t.Errorf("event is %v, injected by a value", fields["event"])
	}
	want := strings.ToValidUTF8(hostile, "\ufffd")
	for _, name := range []string{"account", "subject", "reason", "ip", "user_agent", "request_id"} {
		if fields[name] != want {
			t.Errorf("%s is %q, want %q", name, fields[name], want)
		}
	}
}

func TestWithClient_InnermostWins(t *testing.T) {
	t.Parallel()
	if c := audit.ClientOf(ctx); c != (audit.Client{}) {
		t.Errorf("a command's client is %+v, want none", c)
	}
	outer := audit.WithClient(ctx, audit.Client{IP: "192.0.2.1"})
	inner := audit.WithClient(outer, audit.Client{IP: "192.0.2.2"})
	if c := audit.ClientOf(inner); c.IP != "192.0.2.2" {
		t.Errorf("client is %+v", c)
	}
	if c := audit.ClientOf(outer); c.IP != "192.0.2.1" {
		t.Errorf("client is %+v", c)
	}
}

func TestKinds_NounAndVerb(t *testing.T) {
	t.Parallel()
	seen := make(map[audit.Kind]bool)
	for _, kind := range []audit.Kind{
		audit.SignInSucceeded, audit.SignInPending, audit.SignInFailed, audit.SignInThrottled, audit.StepUpIssued, audit.StepUpUsed,
		audit.StepUpRefused, audit.TokenRefused, audit.EnrollmentBegun, audit.EnrollmentConfirmed, audit.EnrollmentCancelled,
		audit.EnrollmentFailed, audit.MethodRemoved, audit.CodeReplayed, audit.SessionEnded, audit.AccountCreated,
		audit.AccountMFAReset, audit.CrossOriginRefused,
	} {
		noun, verb, ok := strings.Cut(string(kind), ".")
		if !ok || noun == "" || verb == "" || strings.ToLower(string(kind)) != string(kind) || seen[kind] {
			t.Errorf("%q: want noun.verb, once", kind)
		}
		seen[kind] = true
	}
}
