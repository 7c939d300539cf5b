package metrics

import (
	"context"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sources are read at every scrape.
type Sources struct {
	Version string // version of the program
	Schema  int64  // schema version of the program

	Kinds   []string // kinds of credential
	Reasons []string // reasons to reject an attempt unchecked
	Unready []string // reasons of not being ready

	Hashes func() Hashes
	Pools  func() []Pool
	// DatabaseWork returns the number of statements and commits sent to the database.
	DatabaseWork func() (statements, commits int)
	// LogLost returns the number of log lines that could not be written.
	LogLost func() int
	// Outbox returns the number of queued mails and the age of the oldest; nil if mail is off.
	Outbox func(context.Context) (waiting int, oldest time.Duration, err error)
	// NotReady returns which of Unready apply.
	NotReady func(context.Context) []string
}

// Hashes is the load of the password hasher and its limits.
type Hashes struct{ Busy, Slots, Waiting, Queue int }

// Pool is a pool of database connections.
type Pool struct {
	Name               string
	Limit, Open, InUse int
	WaitCount          int64
	Waited             time.Duration
}

// collector collects what is read at a scrape instead of being counted.
type collector struct{ Sources }

// scrapeTimeout limits how long a scrape waits for the database. If it hangs, its metrics are missing.
const scrapeTimeout = 2 * time.Second

func newDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

var (
	buildInfo   = newDesc("build_info", "1, labeled with the version of the program, of Go, and of the database schema that it was built for.", "version", "goversion", "schema")
	hashBusy    = newDesc("hash_busy", "Hash slots in use.")
	hashSlots   = newDesc("hash_slots", "Number of hash slots.")
	hashWaiting = newDesc("hash_queue", "Passwords waiting for a hash slot.")
	hashQueue   = newDesc("hash_queue_limit", "Maximum number of waiting passwords; more are rejected with 503.")
	dbOpen      = newDesc("database_connections_open", "Open connections to the database.", "pool")
	dbInUse     = newDesc("database_connections_in_use", "Connections in use.", "pool")
	dbLimit     = newDesc("database_connections_limit", "Maximum number of open connections; 0 means no limit.", "pool")
	dbWaits     = newDesc("database_connection_waits_total", "Number of waits for a connection.", "pool")
	dbWaited    = newDesc("database_connection_wait_seconds_total", "Total time spent waiting for a connection.", "pool")
	statements  = newDesc("database_statements_total", "Statements sent to the database.")
	commits     = newDesc("database_commits_total", "Commits, including those of single statements outside of a transaction.")
	logLost     = newDesc("log_lines_lost_total", "Log lines that could not be written.")
	outbox      = newDesc("outbox_waiting", "Mails waiting to be sent.")
	outboxAge   = newDesc("outbox_oldest_age_seconds", "Age of the oldest waiting mail; 0 if there is none.")
	unready     = newDesc("unready", "1 while the server is not ready for this reason.", "reason")
)

// Describe lists the metrics.
func (l *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		buildInfo, hashBusy, hashSlots, hashWaiting, hashQueue, dbOpen, dbInUse, dbLimit, dbWaits, dbWaited, statements, commits, logLost, outbox, outboxAge, unready,
	} {
		to <- d
	}
}

// Collect reads the sources. A metric whose source fails is left out.
func (l *collector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	total := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, labels...)
	}
	gauge(buildInfo, 1, l.Version, runtime.Version(), strconv.FormatInt(l.Schema, 10))
	h := l.Hashes()
	gauge(hashBusy, float64(h.Busy))
	gauge(hashSlots, float64(h.Slots))
	gauge(hashWaiting, float64(h.Waiting))
	gauge(hashQueue, float64(h.Queue))
	for _, p := range l.Pools() {
		gauge(dbOpen, float64(p.Open), p.Name)
		gauge(dbInUse, float64(p.InUse), p.Name)
		gauge(dbLimit, float64(p.Limit), p.Name)
		total(dbWaits, float64(p.WaitCount), p.Name)
		total(dbWaited, p.Waited.Seconds(), p.Name)
	}
	sent, committed := l.DatabaseWork()
	total(statements, float64(sent))
	total(commits, float64(committed))
	total(logLost, float64(l.LogLost()))
	applies := make(map[string]bool)
	for _, reason := range l.NotReady(ctx) {
		applies[reason] = true
	}
	for _, reason := range l.Unready {
		value := 0.0
		if applies[reason] {
			value = 1
		}
		gauge(unready, value, reason)
	}
	if l.Outbox == nil {
		return
	}
	if waiting, oldest, err := l.Outbox(ctx); err == nil {
		gauge(outbox, float64(waiting))
		gauge(outboxAge, oldest.Seconds())
	}
}
