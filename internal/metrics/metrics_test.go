package metrics_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twofold/internal/metrics"
)

// idleSources returns sources of an idle server.
func idleSources() metrics.Sources {
	return metrics.Sources{
		Version: "1.2.3", Schema: 7, Kinds: []string{"password"}, Reasons: []string{"wait"}, Unready: []string{"stopping", "broken"},
		Hashes:       func() metrics.Hashes { return metrics.Hashes{Busy: 1, Slots: 2, Waiting: 3, Queue: 4} },
		Pools:        func() []metrics.Pool { return nil },
		DatabaseWork: func() (int, int) { return 5, 6 },
		LogLost:      func() int { return 7 },
		NotReady:     func(context.Context) []string { return nil },
	}
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("a scrape returned status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("missing line %s", line)
		}
	}
}

func TestMetrics_CountersStartAtZero(t *testing.T) {
	t.Parallel()
	wantLines(t, scrape(t, metrics.New(idleSources())),
		`twofold_attempts_refused_total{kind="password",reason="wait"} 0`, `twofold_mails_total{result="failed"} 0`,
		`twofold_mails_total{result="sent"} 0`, `twofold_hash_refused_total 0`, `twofold_requests_in_flight 0`)
}

func TestRequest_InFlight(t *testing.T) {
	t.Parallel()
	m := metrics.New(idleSources())
	done := m.Request()
	wantLines(t, scrape(t, m), `twofold_requests_in_flight 1`)
	done("signIn", 503, "unavailable")
	text := scrape(t, m)
	wantLines(t, text, `twofold_requests_in_flight 0`, `twofold_requests_total{operation="signIn",problem="unavailable",status="503"} 1`,
		`twofold_request_duration_seconds_count{operation="signIn"} 1`, `twofold_request_duration_seconds_bucket{operation="signIn",le="10"} 1`)
	if !strings.Contains(text, `le="0.0005"`) {
		t.Error("there is no bucket of half a millisecond")
	}
}

func TestHash_RejectedPasswordIsNotCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New(idleSources())
	m.Hash()(true, true)
	m.Hash()(false, true)()
	wantLines(t, scrape(t, m), `twofold_hash_refused_total 1`, `twofold_hash_wait_seconds_count 2`, `twofold_hash_duration_seconds_count 0`)
	m.Hash()(false, false)()
	wantLines(t, scrape(t, m), `twofold_hash_refused_total 1`, `twofold_hash_wait_seconds_count 3`, `twofold_hash_duration_seconds_count 1`)
}

func TestCollect_ReadsSourcesPerScrape(t *testing.T) {
	t.Parallel()
	s := idleSources()
	var reasons []string
	outboxErr := errors.New("no database")
	s.NotReady = func(context.Context) []string { return reasons }
	s.Pools = func() []metrics.Pool {
		return []metrics.Pool{{Name: "read", Limit: 8, Open: 4, InUse: 2, WaitCount: 3, Waited: 1500 * time.Millisecond}}
	}
	s.Outbox = func(context.Context) (int, time.Duration, error) { return 5, time.Minute, outboxErr }
	m := metrics.New(s)
	text := scrape(t, m)
	wantLines(t, text, `twofold_unready{reason="stopping"} 0`, `twofold_unready{reason="broken"} 0`,
		`twofold_hash_busy 1`, `twofold_hash_slots 2`, `twofold_hash_queue 3`, `twofold_hash_queue_limit 4`,
		`twofold_database_statements_total 5`, `twofold_database_commits_total 6`,
		`twofold_database_connections_limit{pool="read"} 8`, `twofold_database_connections_open{pool="read"} 4`,
		`twofold_database_connections_in_use{pool="read"} 2`, `twofold_database_connection_waits_total{pool="read"} 3`,
		`twofold_database_connection_wait_seconds_total{pool="read"} 1.5`)
	if strings.Contains(text, "twofold_outbox") {
		t.Error("an unreadable outbox has a metric")
	}
	reasons, outboxErr = []string{"broken"}, nil
	wantLines(t, scrape(t, m), `twofold_unready{reason="stopping"} 0`, `twofold_unready{reason="broken"} 1`,
		`twofold_outbox_waiting 5`, `twofold_outbox_oldest_age_seconds 60`)
}
