package epoch

import (
	"context"
	"fmt"
	"time"
)

// pulse is how often a server looks, and moves the beat on.
const pulse = time.Minute

// slack is how many beats a database may be behind what was seen of it: a standby that took over may lack the last moment.
const slack = 1

// Run looks again and again, until the context ends, whatever fails.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "how far the database has come cannot be kept", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Tick looks whether the database was restored, and says so to the log; otherwise it moves the beat on, and notes how far
// that is. One process does this at a time.
func (s *Service) Tick(ctx context.Context) error {
	e, err := s.judged(ctx)
	if err != nil {
		return err
	}
	if e.Doubt != "" {
		s.doubted.Store(true)
		s.Log.ErrorContext(ctx, "the database was restored: codes that were used and sessions that were ended since then may work again; "+
			"run twofold restore-fence", "because", e.Doubt.String(), "noticed", e.DoubtedAt)
		return nil
	}
	s.doubted.Store(false)
	now := s.Now()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err = s.Store.Advance(ctx, now, now.Add(-pulse)); err == nil {
			e, err = s.Store.Epoch(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("move the beat on: %w", err)
	}
	s.seen = Mark{Lineage: e.Lineage, Number: e.Number, Beat: e.Beat, At: now}
	return s.write(s.seen)
}

// judged is Look. What is wrong stays noted in the database, for every process, until there is a fence.
func (s *Service) judged(ctx context.Context) (Epoch, error) {
	e, err := s.Look(ctx)
	if err != nil || e.Doubt == "" || !e.DoubtedAt.IsZero() {
		return e, err
	}
	e.DoubtedAt = s.Now()
	if err := s.Store.Suspect(ctx, e); err != nil {
		return Epoch{}, fmt.Errorf("note that the database was restored: %w", err)
	}
	return e, nil
}

// Look reads the epoch, with its doubt, and changes nothing. It answers ErrNone before there is one.
func (s *Service) Look(ctx context.Context) (Epoch, error) {
	e, err := s.Store.Epoch(ctx)
	if err != nil {
		return Epoch{}, fmt.Errorf("read the epoch: %w", err)
	}
	if e.Doubt == "" {
		e.Doubt, err = s.judge(ctx, e)
	}
	return e, err
}

// judge compares an epoch with where the database lies, and with what was seen of it: by this process, and by whoever
// wrote the file.
func (s *Service) judge(ctx context.Context, e Epoch) (Doubt, error) {
	place, err := s.Store.Place(ctx)
	if err != nil {
		return "", fmt.Errorf("look where the tables lie: %w", err)
	}
	if e.Place != place {
		return Moved, nil
	}
	noted, err := s.read()
	if err != nil { // better no memory than no server
		s.Log.WarnContext(ctx, "how far the database had come cannot be read, and is noted anew", "error", err.Error())
	}
	switch {
	case s.seen.past(e), noted.past(e):
		return Behind, nil
	case !noted.ofAnother(e):
		return "", nil
	}
	peopled, err := s.Store.Peopled(ctx)
	if err != nil || !peopled { // who begins anew in the old place has nothing that could be old
		return "", err
	}
	return Another, nil
}
