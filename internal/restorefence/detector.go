package restorefence

import (
	"context"
	"fmt"
	"time"
)

// interval is the time between two checks, each of which advances the heartbeat.
const interval = time.Minute

// maxLag is how many heartbeats a database may lag behind its watermark, because a promoted standby may lack the last
// moments.
const maxLag = 1

// Run checks for a restored database at every interval until ctx is done. It logs errors and continues.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "restore detection failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunOnce checks whether the database was restored and logs the reason if so. Otherwise it advances the heartbeat and
// writes the watermark. Only one process per database does this at a time.
func (s *Service) RunOnce(ctx context.Context) error {
	g, err := s.detectAndRecord(ctx)
	if err != nil {
		return err
	}
	if g.RestoreReason != "" {
		s.restored.Store(true)
		s.Log.ErrorContext(ctx, "the database was restored: codes that were used and sessions that were ended since then may work again; "+
			"run twofold restore-fence", "reason", g.RestoreReason.String(), "detected_at", g.RestoreDetectedAt)
		return nil
	}
	s.restored.Store(false)
	now := s.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err = s.Store.Advance(ctx, now, now.Add(-interval)); err == nil {
			g, err = s.Store.Generation(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("advance heartbeat: %w", err)
	}
	s.seen = Watermark{Lineage: g.Lineage, Number: g.Number, Heartbeat: g.Heartbeat, At: now}
	return s.write(s.seen)
}

// detectAndRecord returns what Detect returns. It stores a reason that Detect found, for every process, until the next
// fence.
func (s *Service) detectAndRecord(ctx context.Context) (Generation, error) {
	g, err := s.Detect(ctx)
	if err != nil || g.RestoreReason == "" || !g.RestoreDetectedAt.IsZero() {
		return g, err
	}
	g.RestoreDetectedAt = s.Now()
	if err := s.Store.RecordReason(ctx, g); err != nil {
		return Generation{}, fmt.Errorf("record restore reason: %w", err)
	}
	return g, nil
}

// Detect returns the generation, with the reason to consider it restored, and changes nothing. It returns ErrNone
// before the first generation.
func (s *Service) Detect(ctx context.Context) (Generation, error) {
	g, err := s.Store.Generation(ctx)
	if err != nil {
		return Generation{}, fmt.Errorf("read generation: %w", err)
	}
	if g.RestoreReason == "" {
		g.RestoreReason, err = s.detect(ctx, g)
	}
	return g, err
}

// detect compares a generation with where the database is stored, and with the watermarks seen by this process and read
// from the state file.
func (s *Service) detect(ctx context.Context, g Generation) (RestoreReason, error) {
	storageID, err := s.Store.StorageID(ctx)
	if err != nil {
		return "", fmt.Errorf("read storage id: %w", err)
	}
	if g.StorageID != storageID {
		return Recreated, nil
	}
	watermark, err := s.read()
	if err != nil { // starting without a watermark is better than not starting
		s.Log.WarnContext(ctx, "watermark cannot be read and is replaced", "error", err.Error())
	}
	switch {
	case s.seen.aheadOf(g), watermark.aheadOf(g):
		return Stale, nil
	case !watermark.isDifferent(g):
		return "", nil
	}
	hasAccounts, err := s.Store.HasAccounts(ctx)
	if err != nil || !hasAccounts { // a new, empty database in the same place holds nothing stale
		return "", err
	}
	return Different, nil
}
