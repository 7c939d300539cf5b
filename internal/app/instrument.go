package app

import (
	"context"
	"errors"
	"time"

	"twofold/api"
	"twofold/internal/metrics"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/store"
	"twofold/internal/throttle"
	"twofold/internal/trace"
)

// instrument builds the metrics and hooks them and the traces into the services, which do not import them.
func (h *wiring) instrument() {
	sources := metrics.Sources{
		Version: h.Version, Schema: store.SchemaVersion(),
		Kinds:   labels(throttle.Password, throttle.TOTP, throttle.RecoveryCode, throttle.RemovalCancel),
		Reasons: labels(throttle.Backoff, throttle.Locked, throttle.Busy),
		Unready: labels(
			api.UnreadyReasonDatabaseUnreachable, api.UnreadyReasonDatabaseReadOnly, api.UnreadyReasonSchemaOlder,
			api.UnreadyReasonDatabaseRestored, api.UnreadyReasonLogUnwritable, api.UnreadyReasonStopping,
		),
		Hashes:       func() metrics.Hashes { return metrics.Hashes(h.hasher.QueueStats()) },
		Pools:        h.pools,
		DatabaseWork: func() (int, int) { return h.db.Stats().Statements(), h.db.Stats().Commits() },
		LogLost:      h.LogWriter.Lost,
		NotReady:     func(ctx context.Context) []string { return labels(h.ready.reasons(ctx)...) },
	}
	if h.notices.Mail {
		sources.Outbox = h.outbox
	}
	h.metrics = metrics.New(sources)
	h.attempts.OnReject = func(kind throttle.Kind, why throttle.RejectReason) { h.metrics.Refused(string(kind), string(why)) }
	h.hasher.OnAcquire = h.observeHash
	if h.notices.Mail {
		h.notices.Sender = measuredSender{h.notices.Sender, h.metrics, h.Traces}
	}
	if h.Traces != nil {
		h.db.OnTransaction = func(ctx context.Context) func() {
			_, end := trace.StartSpan(ctx, trace.Transaction)
			return func() { end(false) }
		}
	}
}

// labels returns the members of a closed list as label values.
func labels[T ~string](list ...T) []string {
	values := make([]string, len(list))
	for i, member := range list {
		values[i] = string(member)
	}
	return values
}

// pools returns the state of the database's connection pools.
func (h *wiring) pools() []metrics.Pool {
	var pools []metrics.Pool
	for _, p := range h.db.Pools() {
		pools = append(pools, metrics.Pool(p))
	}
	return pools
}

// outbox returns how many mails wait, and the age of the oldest.
func (h *wiring) outbox(ctx context.Context) (waiting int, age time.Duration, err error) {
	waiting, oldest, err := store.Outbox{DB: h.db}.Waiting(ctx)
	if err != nil || waiting == 0 {
		return 0, 0, err
	}
	return waiting, h.Now().Sub(oldest), nil
}

// observeHash counts and traces one hash: the wait for a slot and the time that it is held. See password.Hasher.OnAcquire.
func (h *wiring) observeHash(ctx context.Context) func(error) func() {
	admitted := h.metrics.Hash()
	_, queued := trace.StartSpan(ctx, trace.PasswordQueue)
	return func(err error) func() {
		queued(err != nil)
		hashed := admitted(errors.Is(err, password.ErrBusy), err != nil)
		if err != nil {
			return hashed
		}
		_, done := trace.StartSpan(ctx, trace.PasswordHash)
		return func() {
			done(false)
			hashed()
		}
	}
}

// measuredSender counts, times and traces mails.
type measuredSender struct {
	notify.Sender
	metrics *metrics.Metrics
	traces  *trace.Tracer
}

// Send sends a mail with the underlying Sender.
func (s measuredSender) Send(ctx context.Context, m notify.Mail) (err error) {
	counted := s.metrics.Mail()
	ctx, traced := s.traces.StartRoot(ctx, trace.MailSend)
	failed := true // also if Sender panics
	defer func() {
		traced(failed)
		counted(failed)
	}()
	err = s.Sender.Send(ctx, m)
	failed = err != nil
	return err
}
