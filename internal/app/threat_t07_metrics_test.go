package app_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

// withPeople adds what says who and where somebody is to secrets.
func withPeople(found secretMarkers) secretMarkers {
	all := maps.Clone(found)
	all["an address"], all["another address"], all["an address of nobody"] = ada, bob, "nobody@example.com"
	all["where somebody is"], all["what somebody uses"] = "127.0.0.1", "Go-http-client"
	return all
}

func operationsOf(t *testing.T) []string {
	t.Helper()
	ids := []string{"page"}
	for _, o := range apptest.Operations(t) {
		ids = append(ids, o.ID)
	}
	return ids
}

func TestT07_Secrets_NotInMetrics(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(ada)
	h.AddAccount(bob)
	browser, phone, found := exerciseEverything(t, h)
	sendMalformed(browser, found)
	presentEnded(h, found)
	collide(h, browser, phone, found)
	failInside(t, h, browser, found)

	got, text := h.Scrape()
	found = withPeople(found)
	found["an account"] = id
	found.in(t, "a scrape", text)
	labels := map[string]*regexp.Regexp{
		"operation": regexp.MustCompile(`^(` + strings.Join(operationsOf(t), "|") + `)$`),
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
		t.Error("nothing failed: the run proves nothing")
	}
}

func TestT07_Secrets_NotInTraces(t *testing.T) {
	t.Parallel()
	h := apptest.StartTraced(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8")
	id := h.AddAccount(ada)
	h.AddAccount(bob)
	browser, phone, found := exerciseEverything(t, h)
	sendMalformed(browser, found)
	presentEnded(h, found)
	collide(h, browser, phone, found)
	failInside(t, h, browser, found)
	h.Script("").Do("GET", current, nil, "Tracestate", "a="+found["the key"], "Baggage", "a="+found["a session token"],
		"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	h.Stop()

	found.in(t, "the log", h.Log.String())
	found = withPeople(found)
	found["an account"] = id
	found.in(t, "an exported span", h.Collector.Raw())
	steps := []string{"password.queue", "password.hash", "database.transaction"}
	names := append(operationsOf(t), steps...)
	says := map[string]*regexp.Regexp{
		"http.response.status_code": regexp.MustCompile(`^[2-5]\d\d$`),
		"twofold.operation":         regexp.MustCompile(`^(` + strings.Join(operationsOf(t), "|") + `)$`),
		"twofold.problem":           regexp.MustCompile(`^[a-z_]+$`),
		"twofold.request_id":        regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	}
	failed := 0
	for _, s := range h.Collector.Spans() {
		if !slices.Contains(names, s.Name) || len(s.Events)+len(s.Links) > 0 || s.Status.GetMessage() != "" || s.TraceState != "" {
			t.Errorf("a span is more than its name: %v", s)
		}
		for key, value := range attributes(s) {
			if known := says[key]; known == nil || !known.MatchString(value) {
				t.Errorf("%s says %s=%q", s.Name, key, value)
			}
		}
		if attributes(s)["twofold.problem"] == "internal" {
			failed++
		}
	}
	if failed == 0 {
		t.Error("nothing failed: the run proves nothing")
	}
}
