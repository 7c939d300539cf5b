package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/notify"
	"twofold/internal/store"
	"twofold/internal/test/apptest"
)

func TestMetrics_Requests(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	h.Script("").Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")
	for range 2 {
		h.Script("").SignIn(ada, JSON{"password": "not the password of ada"}).Require(401, "credentials_rejected")
	}
	for _, path := range []string{"/", "/settings/account", "/assets/app-1234.js"} {
		h.Script("").Do("GET", path, nil).Require(200, "")
	}
	h.Script("").Do("GET", "/api/v1/nothing", nil).Require(404, "not_found")

	got, _ := h.Scrape()
	got.Want(t, apptest.Scrape{
		`twofold_requests_total{operation="signIn",problem="",status="201"}`:                     1,
		`twofold_requests_total{operation="signIn",problem="credentials_rejected",status="401"}`: 2,
		`twofold_requests_total{operation="getMfa",problem="",status="200"}`:                     2,
		`twofold_requests_total{operation="getMfa",problem="session_required",status="401"}`:     1,
		`twofold_requests_total{operation="page",problem="",status="200"}`:                       3,
		`twofold_requests_total{operation="page",problem="not_found",status="404"}`:              1,
		`twofold_request_duration_seconds_count{operation="signIn"}`:                             3,
		`twofold_request_duration_seconds_count{operation="page"}`:                               4,
		`twofold_request_duration_seconds_bucket{operation="signIn",le="0.0005"}`:                0, // each is a hash
		`twofold_request_duration_seconds_bucket{operation="signIn",le="+Inf"}`:                  3,
		`twofold_requests_in_flight`:                     0,
		`twofold_hash_duration_seconds_count`:            4, // one more for adding the account
		`twofold_hash_wait_seconds_count`:                4,
		`twofold_hash_refused_total`:                     0,
		`twofold_hash_busy`:                              0,
		`twofold_hash_queue`:                             0,
		`twofold_hash_queue_limit`:                       1000,
		`twofold_unready{reason="database_unreachable"}`: 0,
		`twofold_unready{reason="stopping"}`:             0,
	})
	pool, limit := "write", 1.0
	if h.UsesPostgres() {
		pool, limit = "shared", 16
	}
	got.Want(t, apptest.Scrape{
		`twofold_database_connections_limit{pool="` + pool + `"}`:  limit,
		`twofold_database_connections_in_use{pool="` + pool + `"}`: 0,
	})
	if sum := got[`twofold_hash_duration_seconds_sum`]; sum <= 0 {
		t.Errorf("four hashes took %v s", sum)
	}
}

func TestMetrics_DatabaseStatements(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	asked := func(do func()) (statements, commits float64) {
		before, _ := h.Scrape()
		do()
		after, _ := h.Scrape()
		const prefix = "twofold_database_"
		return after[prefix+"statements_total"] - before[prefix+"statements_total"], after[prefix+"commits_total"] - before[prefix+"commits_total"]
	}
	idleStatements, idleCommits := asked(func() {}) // a scrape takes statements too
	statements, commits := asked(func() {
		script.Do("GET", "/api/v1/sessions/current", nil).Require(200, "")
		script.Do("DELETE", "/api/v1/sessions/current", nil).Require(204, "")
	})
	want := queryCount{
		budget["getCurrentSession"].statements + budget["signOut"].statements,
		budget["getCurrentSession"].commits + budget["signOut"].commits,
	}
	if got := (queryCount{int(statements - idleStatements), int(commits - idleCommits)}); got != want {
		t.Errorf("reading and signing out take %v, want %v", got, want)
	}
}

func TestMetrics_BuildInfo(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	got, text := h.Scrape()
	found := 0
	for series, labels := range got.Series() {
		if strings.HasPrefix(series, "twofold_build_info{") {
			found++
			if labels["version"] != "test" || !strings.HasPrefix(labels["goversion"], "go1.") || labels["schema"] == "0" || store.SchemaVersion() == 0 {
				t.Errorf("got %s", series)
			}
		}
	}
	if found != 1 {
		t.Errorf("there are %d series of build_info, want one", found)
	}
	for _, name := range []string{"go_goroutines ", "process_open_fds "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("the runtime metrics lack %s", name)
		}
	}
}

func TestMetrics_RefusedAttempts(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	for range 5 {
		h.Script("").SignIn(ada, JSON{"password": "not the password of ada"}).Require(401, "credentials_rejected")
	}
	for range 3 {
		h.Script("").SignIn(ada).Require(429, "too_many_attempts")
	}
	got, _ := h.Scrape()
	got.Want(t, apptest.Scrape{
		`twofold_attempts_refused_total{kind="password",reason="wait"}`:                       3,
		`twofold_attempts_refused_total{kind="password",reason="cap"}`:                        0,
		`twofold_attempts_refused_total{kind="totp",reason="wait"}`:                           0,
		`twofold_requests_total{operation="signIn",problem="too_many_attempts",status="429"}`: 3,
	})
}

func TestMetrics_PendingMail(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	got, _ := h.Scrape()
	got.Want(t, apptest.Scrape{`twofold_outbox_waiting`: 0, `twofold_outbox_oldest_age_seconds`: 0})

	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	h.Mailbox.Reject(450)
	h.Deliver()
	h.Clock.Advance(90 * time.Second)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	got, _ = h.Scrape()
	got.Want(t, apptest.Scrape{
		`twofold_outbox_waiting`: 2, `twofold_outbox_oldest_age_seconds`: 90,
		`twofold_mails_total{result="failed"}`: 1, `twofold_mails_total{result="sent"}`: 0,
	})

	h.Mailbox.Accept()
	if sent := h.Deliver(); sent != 2 {
		t.Fatalf("%d mails were sent, want 2", sent)
	}
	got, _ = h.Scrape()
	got.Want(t, apptest.Scrape{
		`twofold_outbox_waiting`: 0, `twofold_outbox_oldest_age_seconds`: 0, `twofold_mails_total{result="sent"}`: 2,
		`twofold_mail_duration_seconds_count`: 3,
	})
}

func TestMetrics_NoOutboxWithoutMail(t *testing.T) {
	t.Parallel()
	_, text := apptest.Start(t).Scrape()
	if strings.Contains(text, "twofold_outbox") {
		t.Error("the metrics have an outbox that is never delivered, which would raise alerts")
	}
}
