package metrics

import (
	"context"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sources are asked each time somebody looks.
type Sources struct {
	Version string // of the program
	Schema  int64  // the last migration that it knows

	Kinds   []string // of proofs
	Reasons []string // not to look at one
	Unready []string // reasons not to be ready

	Hashes func() Hashes
	Pools  func() []Pool
	// Effort answers how many statements and commits the database was asked for.
	Effort func() (statements, commits int)
	// Outbox answers how many mails wait and how long the oldest has; nil where no mail is sent.
	Outbox func(context.Context) (waiting int, oldest time.Duration, err error)
	// NotReady answers which of Unready hold.
	NotReady func(context.Context) []string
}

// Hashes is what the password hasher has to do, and the most that it takes on.
type Hashes struct{ Busy, Slots, Waiting, Queue int }

// Pool is one pool of connections to the database.
type Pool struct {
	Name               string
	Limit, Open, InUse int
	WaitCount          int64
	Waited             time.Duration
}

// lookedUp is what nobody counts, since it can be asked.
type lookedUp struct{ Sources }

// atMost is how long a look may take: a database that hangs is told by what is missing.
const atMost = 2 * time.Second

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

var (
	buildInfo   = described("build_info", "1, labeled with what runs: version, Go, and the database schema that it was built for.", "version", "goversion", "schema")
	hashBusy    = described("hash_busy", "Passwords that are being hashed.")
	hashSlots   = described("hash_slots", "Passwords that may be hashed at once.")
	hashWaiting = described("hash_queue", "Passwords that wait to be hashed.")
	hashQueue   = described("hash_queue_limit", "Passwords that may wait; more are sent away.")
	dbOpen      = described("database_connections_open", "Connections to the database.", "pool")
	dbInUse     = described("database_connections_in_use", "Connections that somebody works with.", "pool")
	dbLimit     = described("database_connections_limit", "Connections that may be open; 0 is any number.", "pool")
	dbWaits     = described("database_connection_waits_total", "Times that somebody waited for a connection.", "pool")
	dbWaited    = described("database_connection_wait_seconds_total", "Time that was spent on waiting for a connection.", "pool")
	statements  = described("database_statements_total", "Statements sent to the database.")
	commits     = described("database_commits_total", "Commits: transactions, and statements that change something outside of one.")
	outbox      = described("outbox_waiting", "Mails that wait to be sent.")
	outboxAge   = described("outbox_oldest_age_seconds", "How long the oldest of them has waited; 0 for none.")
	unready     = described("unready", "1 while the server is not ready for this reason.", "reason")
)

// Describe lists what there is.
func (l *lookedUp) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		buildInfo, hashBusy, hashSlots, hashWaiting, hashQueue, dbOpen, dbInUse, dbLimit, dbWaits, dbWaited, statements, commits, outbox, outboxAge, unready,
	} {
		to <- d
	}
}

// Collect asks the sources. What cannot be found out is left out.
func (l *lookedUp) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
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
	asked, kept := l.Effort()
	total(statements, float64(asked))
	total(commits, float64(kept))
	holds := make(map[string]bool)
	for _, reason := range l.NotReady(ctx) {
		holds[reason] = true
	}
	for _, reason := range l.Unready {
		value := 0.0
		if holds[reason] {
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
