package app_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

// withPersonalData adds addresses, IP addresses and user agents to secrets.
func withPersonalData(found apptest.Secrets) apptest.Secrets {
	all := maps.Clone(found)
	all["an address"], all["another address"], all["an unknown address"] = ada, bob, unknownEmail
	all["an IP address"], all["a user agent"] = "127.0.0.1", "Go-http-client"
	return all
}

func TestT07_Secrets_NotInMetrics(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	f := newLeakFixture(t, h)
	f.sendMalformed()
	f.sendExpired()
	f.sendConflicts()
	f.panicInside()

	got, text := h.Scrape()
	found := withPersonalData(f.secrets)
	found["an account"] = h.AccountID(ada)
	found.WantAbsent(t, "a scrape", text)
	labels := map[string]*regexp.Regexp{
		"operation": regexp.MustCompile(`^(` + strings.Join(apptest.OperationIDs(t), "|") + `)$`),
		"status":    regexp.MustCompile(`^[2-5]\d\d$`),
		"problem":   regexp.MustCompile(`^[a-z_]*$`),
		"kind":      regexp.MustCompile(`^(password|totp|recovery_code|removal_cancel)$`),
		"reason":    regexp.MustCompile(`^[a-z_]+$`),
		"result":    regexp.MustCompile(`^(sent|failed)$`),
		"pool":      regexp.MustCompile(`^(read|write|shared)$`),
		"version":   regexp.MustCompile(`^test$|^go1\.`), "goversion": regexp.MustCompile(`^go1\.`), "schema": regexp.MustCompile(`^\d+$`),
		"le": regexp.MustCompile(`^[0-9.+Inf]+$`), "quantile": regexp.MustCompile(`^[0-9.]+$`), "code": regexp.MustCompile(`^[0-9]+$`), "cause": regexp.MustCompile(`^\w+$`),
	}
	for series, of := range got.Series() {
		for name, value := range of {
			if known := labels[name]; known == nil || !known.MatchString(value) {
				t.Errorf("%s: the label %s is %q", series, name, value)
			}
		}
	}
	if got[`twofold_requests_total{operation="signIn",problem="internal",status="500"}`] == 0 ||
		got[`twofold_requests_total{operation="page",problem="not_found",status="404"}`] == 0 {
		t.Error("no request failed, so the test covers no errors")
	}
}

func TestT07_Secrets_NotInTraces(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8")
	f := newLeakFixture(t, h)
	f.sendMalformed()
	f.sendExpired()
	f.sendConflicts()
	f.panicInside()
	h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Tracestate", "a="+f.secrets["the key"], "Baggage", "a="+f.secrets["a session token"],
		"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	account := h.AccountID(ada)
	h.Stop()

	f.secrets.WantAbsent(t, "the log", h.Log.String())
	found := withPersonalData(f.secrets)
	found["an account"] = account
	found.WantAbsent(t, "an exported span", h.Collector.Raw())
	steps := []string{"password.queue", "password.hash", "database.transaction"}
	names := append(apptest.OperationIDs(t), steps...)
	formats := map[string]*regexp.Regexp{
		"http.response.status_code": regexp.MustCompile(`^[2-5]\d\d$`),
		"twofold.operation":         regexp.MustCompile(`^(` + strings.Join(apptest.OperationIDs(t), "|") + `)$`),
		"twofold.problem":           regexp.MustCompile(`^[a-z_]+$`),
		"twofold.request_id":        regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	}
	failed := 0
	for _, s := range h.Collector.Spans() {
		if !slices.Contains(names, s.Name) || len(s.Events)+len(s.Links) > 0 || s.Status.GetMessage() != "" || s.TraceState != "" {
			t.Errorf("a span has unexpected attributes: %v", s)
		}
		for key, value := range apptest.SpanAttributes(s) {
			if known := formats[key]; known == nil || !known.MatchString(value) {
				t.Errorf("%s has %s=%q", s.Name, key, value)
			}
		}
		if apptest.SpanAttributes(s)["twofold.problem"] == "internal" {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no request failed, so the test covers no errors")
	}
}
