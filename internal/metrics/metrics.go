// Package metrics counts and times the server's work for Prometheus. Labels come from closed lists: operations,
// statuses and codes of the contract, kinds of credential, connection pools. No account, address or path is ever a
// label. Durations use the monotonic clock, not the clock that a test advances. [New] returns the [Metrics];
// [Metrics.Handler] serves them.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics holds the metrics of one server.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	inFlight  prometheus.Gauge

	hashWaits   prometheus.Histogram
	hashes      prometheus.Histogram
	hashRefused prometheus.Counter

	attempts *prometheus.CounterVec
	mails    *prometheus.CounterVec
	mailTime prometheus.Histogram
}

// buckets range from a read served from memory to the server's write timeout.
var buckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// New returns Metrics that also report what the sources return when they are scraped.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Responses by operation of openapi.yaml (page: the page, its files and unknown paths), status, and problem code, empty if none.",
			"operation", "status", "problem"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds", Help: "Time until the response was written.", Buckets: buckets,
		}, []string{"operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "requests_in_flight", Help: "Requests in progress.",
		}),
		hashWaits: histogram("hash_wait_seconds", "Time a password waited for a hash slot."),
		hashes:    histogram("hash_duration_seconds", "Time a hash slot was held: the hash, and counting the attempt before it."),
		hashRefused: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "hash_refused_total", Help: "Password checks rejected with 503 because the queue was full or the wait too long.",
		}),
		attempts: counters("attempts_refused_total", "Attempts rejected without checking the credential, by kind and reason: backoff, hard limit, too many at once.",
			"kind", "reason"),
		mails:    counters("mails_total", "Attempts to send a mail, by result.", "result"),
		mailTime: histogram("mail_duration_seconds", "Time to hand a mail to the mail server."),
	}
	for _, result := range []string{sent, failed} {
		m.mails.WithLabelValues(result)
	}
	for _, kind := range s.Kinds {
		for _, reason := range s.Reasons {
			m.attempts.WithLabelValues(kind, reason)
		}
	}
	m.registry.MustRegister(
		m.requests, m.durations, m.inFlight, m.hashWaits, m.hashes, m.hashRefused, m.attempts, m.mails, m.mailTime,
		&collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

const namespace = "twofold"

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

// Handler returns the endpoint that Prometheus scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 4})
}

// Request counts a request in flight. Call done with its outcome; problem is a problem's code, or empty.
func (m *Metrics) Request() (done func(operation string, status int, problem string)) {
	m.inFlight.Inc()
	var operation string
	timer := prometheus.NewTimer(prometheus.ObserverFunc(func(seconds float64) {
		m.durations.WithLabelValues(operation).Observe(seconds)
	}))
	return func(of string, status int, problem string) {
		operation = of
		timer.ObserveDuration()
		m.requests.WithLabelValues(of, strconv.Itoa(status), problem).Inc()
		m.inFlight.Dec()
	}
}

// Hash times a password hash. Call admitted when a slot was acquired, and the function that it returns after the hash.
func (m *Metrics) Hash() (admitted func(busy, gone bool) (hashed func())) {
	waiting := prometheus.NewTimer(m.hashWaits)
	return func(busy, gone bool) func() {
		waiting.ObserveDuration()
		if busy {
			m.hashRefused.Inc()
		}
		if busy || gone {
			return func() {}
		}
		hashing := prometheus.NewTimer(m.hashes)
		return func() { hashing.ObserveDuration() }
	}
}

// Refused counts an attempt that was rejected without being checked.
func (m *Metrics) Refused(kind, reason string) { m.attempts.WithLabelValues(kind, reason).Inc() }

const sent, failed = "sent", "failed"

// Mail times an attempt to send a mail. Call done with its outcome.
func (m *Metrics) Mail() (done func(refused bool)) {
	sending := prometheus.NewTimer(m.mailTime)
	return func(refused bool) {
		sending.ObserveDuration()
		result := sent
		if refused {
			result = failed
		}
		m.mails.WithLabelValues(result).Inc()
	}
}
