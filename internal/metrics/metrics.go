// Package metrics counts and times what the house does, for Prometheus.
//
// What a series is labeled with comes from a closed list: operations, statuses and codes of the contract, kinds of
// proof, pools of connections. No account, address or path ever does. Times are those of the machine's steady clock, not
// of the clock that a test moves.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is what is counted in one house.
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

// buckets reach from a read that is served from memory to what a server gives up on.
var buckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// New begins to count. What is only looked up when somebody asks comes from the sources.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Requests answered, by operation of openapi.yaml (page: the page and its files, none: neither), status, and code of the problem, empty where there was none.",
			"operation", "status", "problem"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "request_duration_seconds", Help: "Time until a request was answered.", Buckets: buckets,
		}, []string{"operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "requests_in_flight", Help: "Requests that are being answered.",
		}),
		hashWaits: histogram("hash_wait_seconds", "Time that a password waited for its turn to be hashed."),
		hashes:    histogram("hash_duration_seconds", "Time that a password had its turn: the hash, and counting the guess before it."),
		hashRefused: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "hash_refused_total", Help: "Passwords that were sent away with 503 because too many waited, or for too long.",
		}),
		attempts: counters("attempts_refused_total", "Proofs that were not looked at, by kind and reason: a wait is running, the cap is reached, too many at once.",
			"kind", "reason"),
		mails:    counters("mails_total", "Tries to hand a mail to the mail server, by result.", "result"),
		mailTime: histogram("mail_duration_seconds", "Time that handing a mail to the mail server took."),
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
		&lookedUp{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
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

// Handler answers what Prometheus asks for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 4})
}

// Request begins to count a request; call done when it is answered. Problem is the code of a problem, or empty.
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

// Hash begins to time a password; call admitted when its wait is over, and what that answers when it was hashed.
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

// Refused counts a proof that was not looked at.
func (m *Metrics) Refused(kind, reason string) { m.attempts.WithLabelValues(kind, reason).Inc() }

const sent, failed = "sent", "failed"

// Mail begins to time a try to send a mail; call done when it is over.
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
