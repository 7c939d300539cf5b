package restorefence

import (
	"context"
	"fmt"
	"time"
)

// interval is how often a server looks, and moves the beat on.
const interval = time.Minute

// maxLag is how many beats a database may be behind what was seen of it: a standby that took over may lack the last moment.
const maxLag = 1

// Run looks again and again, until the context ends, whatever fails.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "how far the database has come cannot be kept", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunOnce looks whether the database was restored, and says so to the log; otherwise it moves the beat on, and notes how far
// that is. One process does this at a time.
func (s *Service) RunOnce(ctx context.Context) error {
	e, err := s.judged(ctx)
	if err != nil {
		return err
	}
	if e.RestoreReason != "" {
		s.restored.Store(true)
		s.Log.ErrorContext(ctx, "the database was restored: codes that were used and sessions that were ended since then may work again; "+
			"run twofold restore-fence", "because", e.RestoreReason.String(), "noticed", e.RestoreDetectedAt)
		return nil
	}
	s.restored.Store(false)
	now := s.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err = s.Store.Advance(ctx, now, now.Add(-interval)); err == nil {
			e, err = s.Store.Generation(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("move the beat on: %w", err)
	}
	s.seen = Watermark{Lineage: e.Lineage, Number: e.Number, Heartbeat: e.Heartbeat, At: now}
	return s.write(s.seen)
}

// judged is Look. What is wrong stays noted in the database, for every process, until there is a fence.
func (s *Service) judged(ctx context.Context) (Generation, error) {
	e, err := s.Detect(ctx)
	if err != nil || e.RestoreReason == "" || !e.RestoreDetectedAt.IsZero() {
		return e, err
	}
	e.RestoreDetectedAt = s.Now()
	if err := s.Store.RecordReason(ctx, e); err != nil {
		return Generation{}, fmt.Errorf("note that the database was restored: %w", err)
	}
	return e, nil
}

// Detect reads the epoch, with its doubt, and changes nothing. It answers ErrNone before there is one.
func (s *Service) Detect(ctx context.Context) (Generation, error) {
	e, err := s.Store.Generation(ctx)
	if err != nil {
		return Generation{}, fmt.Errorf("read the epoch: %w", err)
	}
	if e.RestoreReason == "" {
		e.RestoreReason, err = s.detect(ctx, e)
	}
	return e, err
}

// detect compares an epoch with where the database lies, and with what was seen of it: by this process, and by whoever
// wrote the file.
func (s *Service) detect(ctx context.Context, e Generation) (RestoreReason, error) {
	place, err := s.Store.StorageID(ctx)
	if err != nil {
		return "", fmt.Errorf("look where the tables lie: %w", err)
	}
	if e.StorageID != place {
		return Recreated, nil
	}
	noted, err := s.read()
	if err != nil { // better no memory than no server
		s.Log.WarnContext(ctx, "how far the database had come cannot be read, and is noted anew", "error", err.Error())
	}
	switch {
	case s.seen.aheadOf(e), noted.aheadOf(e):
		return Stale, nil
	case !noted.isDifferent(e):
		return "", nil
	}
	peopled, err := s.Store.HasAccounts(ctx)
	if err != nil || !peopled { // who begins anew in the old place has nothing that could be old
		return "", err
	}
	return Different, nil
}
