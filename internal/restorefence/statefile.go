package restorefence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Watermark is a generation and heartbeat as a process saw it.
type Watermark struct {
	Lineage   string    `json:"lineage"`
	Number    int64     `json:"epoch"`
	Heartbeat int64     `json:"beat"`
	At        time.Time `json:"at"`
}

// aheadOf reports whether the watermark is further than a generation of the same lineage, by more than a failover
// loses.
func (w Watermark) aheadOf(g Generation) bool {
	return w.Lineage == g.Lineage && (w.Number > g.Number || w.Number == g.Number && w.Heartbeat > g.Heartbeat+maxLag)
}

// isDifferent reports whether the watermark belongs to another database, and no operator has accepted that since.
func (w Watermark) isDifferent(g Generation) bool {
	fenced := g.Number > 1 && g.StartedAt.After(w.At)
	return w.Lineage != "" && w.Lineage != g.Lineage && !fenced
}

// read returns the watermark of the file, or the zero Watermark if there is none.
func (s *Service) read() (Watermark, error) {
	if s.File == "" {
		return Watermark{}, nil
	}
	text, err := os.ReadFile(s.File)
	if errors.Is(err, fs.ErrNotExist) {
		return Watermark{}, nil
	}
	if err != nil {
		return Watermark{}, err
	}
	var w Watermark
	if err := json.Unmarshal(text, &w); err != nil {
		return Watermark{}, fmt.Errorf("%s: %w", s.File, err)
	}
	return w, nil
}

// write replaces the file atomically.
func (s *Service) write(w Watermark) (err error) {
	if s.File == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write watermark: %w", err)
		}
	}()
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.File), ".epoch-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), s.File)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
