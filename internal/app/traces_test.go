package app_test

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	otlp "go.opentelemetry.io/proto/otlp/trace/v1"

	"twofold/internal/notify"
	"twofold/internal/test/apptest"
)

func TestTraces_RequestSpans(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t)
	h.AddAccount(ada)
	a := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	h.Script("").SignIn(ada, JSON{"password": "not the password of ada"}).Require(401, "credentials_rejected")
	h.Stop()

	spans := h.Collector.Spans()
	requests := apptest.SpansNamed(spans, "signIn")
	if len(requests) != 2 {
		t.Fatalf("there are %d spans of signIn, want 2: %v", len(requests), spans)
	}
	root := requests[0]
	want := map[string]string{
		"twofold.operation": "signIn", "http.response.status_code": "201", "twofold.request_id": a.Header.Get("X-Request-Id"),
	}
	if got := apptest.SpanAttributes(root); !maps.Equal(got, want) || root.Kind != otlp.Span_SPAN_KIND_SERVER || len(root.ParentSpanId) > 0 {
		t.Errorf("the request's span is %v, %v with parent %x, want %v, a root span of the server", got, root.Kind, root.ParentSpanId, want)
	}
	if got := apptest.SpanAttributes(requests[1])["twofold.problem"]; got != "credentials_rejected" {
		t.Errorf("a refused request has %q, want credentials_rejected", got)
	}
	for _, step := range []string{"password.queue", "password.hash", "database.transaction"} {
		steps := apptest.SpansNamed(spans, step)
		inside := func(s *otlp.Span) bool {
			return slices.Equal(s.TraceId, root.TraceId) && slices.Equal(s.ParentSpanId, root.SpanId) &&
				s.StartTimeUnixNano >= root.StartTimeUnixNano && s.EndTimeUnixNano <= root.EndTimeUnixNano && len(s.Attributes) == 0
		}
		if !slices.ContainsFunc(steps, inside) {
			t.Errorf("the request has no span %s: %v", step, steps)
		}
	}
	resource := h.Collector.Resources()[0].Resource.String()
	for _, about := range []string{`"service.name"`, `"twofold"`, `"service.version"`, `"test"`} {
		if !strings.Contains(resource, about) {
			t.Errorf("the resource lacks %s: %s", about, resource)
		}
	}
}

func TestTraces_FailedRequest(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t)
	reading := 0
	h.Clock.Watch(func() {
		if reading++; reading == 2 {
			panic("in the middle")
		}
	})
	h.Script("").InProcess().SignIn(ada).Require(500, "internal")
	h.Clock.Watch(nil)
	h.Stop()
	found := apptest.SpansNamed(h.Collector.Spans(), "signIn")
	if len(found) != 1 || found[0].Status.GetCode() != otlp.Status_STATUS_CODE_ERROR || found[0].Status.Message != "" || len(found[0].Events) > 0 {
		t.Errorf("got %v, want one span, an error without a message", found)
	}
}

func TestTraces_ParentFromTrustedProxyOnly(t *testing.T) {
	t.Parallel()
	const theirs, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	sent := []string{"Traceparent", "00-" + theirs + "-" + parent + "-01", "Tracestate", "canary=state", "Baggage", "canary=baggage"}
	for name, c := range map[string]struct {
		settings  []string
		sent      []string
		continued bool
	}{
		"a trusted proxy":                  {[]string{"TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8"}, sent, true},
		"an untrusted client":              {nil, sent, false},
		"a trusted proxy without a parent": {[]string{"TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8"}, nil, false},
		"a trusted proxy with an invalid parent": {[]string{"TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8"},
			[]string{"Traceparent", "00-" + strings.Repeat("0", 32) + "-canary-01"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartTraced(t, c.settings...)
			h.Script("").Do("GET", "/api/v1/mfa", nil, c.sent...).Require(401, "session_required")
			h.Stop()
			found := apptest.SpansNamed(h.Collector.Spans(), "getMfa")
			if len(found) != 1 {
				t.Fatalf("got %d spans, want one", len(found))
			}
			trace, span := hex.EncodeToString(found[0].TraceId), hex.EncodeToString(found[0].ParentSpanId)
			if continued := trace == theirs && span == parent; continued != c.continued || (!continued && span != "") {
				t.Errorf("the request is in trace %s below %q; continued: %v, want %v", trace, span, continued, c.continued)
			}
			if strings.Contains(h.Collector.Raw(), "canary") {
				t.Error("the trace contains state of the caller")
			}
		})
	}
}

func TestTraces_UntrustedCannotDisable(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t)
	h.Script("").Do("GET", "/api/v1/mfa", nil, "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
	h.Stop()
	if found := apptest.SpansNamed(h.Collector.Spans(), "getMfa"); len(found) != 1 {
		t.Errorf("got %d spans, want one", len(found))
	}
}

func TestTraces_Mail(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	h := apptest.StartTraced(t, box.Setting())
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: h.AddAccount(ada)})
	box.Reject(450)
	h.Deliver()
	h.Stop()
	found := apptest.SpansNamed(h.Collector.Spans(), "mail.send")
	if len(found) != 1 || len(found[0].ParentSpanId) > 0 || len(found[0].Attributes) > 0 || found[0].Status.GetCode() != otlp.Status_STATUS_CODE_ERROR {
		t.Errorf("got %v, want a failed root span without attributes", found)
	}
}

func TestLog_RequestAndTraceID(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t)
	h.AddAccount(ada)
	id := h.Script("").SignIn(ada).Require(201, "").Header.Get("X-Request-Id")
	h.Stop()
	root := apptest.SpansNamed(h.Collector.Spans(), "signIn")[0]
	lines := 0
	for line := range strings.Lines(h.Log.String()) {
		if !strings.Contains(line, id) {
			continue
		}
		lines++
		if strings.Count(line, `"request_id":"`+id+`"`) != 1 || !strings.Contains(line, `"trace_id":"`+hex.EncodeToString(root.TraceId)+`"`) ||
			!strings.Contains(line, `"span_id":"`) {
			t.Errorf("log line without request id or trace: %s", line)
		}
	}
	if lines < 2 {
		t.Errorf("%d log lines belong to the request, want its own and the audit line", lines)
	}
}

func TestLog_RequestIDWithoutTraces(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	id := h.Script("").SignIn(ada).Require(201, "").Header.Get("X-Request-Id")
	log := h.Log.String()
	if !strings.Contains(log, `"request_id":"`+id+`"`) || strings.Contains(log, "trace_id") {
		t.Errorf("got\n%s", log)
	}
}
