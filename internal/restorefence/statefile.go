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
func (m Watermark) aheadOf(e Generation) bool {
	return m.Lineage == e.Lineage && (m.Number > e.Number || m.Number == e.Number && m.Heartbeat > e.Heartbeat+maxLag)
}

// isDifferent reports whether the watermark belongs to another database, and no operator has accepted that since.
func (m Watermark) isDifferent(e Generation) bool {
	fenced := e.Number > 1 && e.StartedAt.After(m.At)
	return m.Lineage != "" && m.Lineage != e.Lineage && !fenced
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
	var m Watermark
	if err := json.Unmarshal(text, &m); err != nil {
		return Watermark{}, fmt.Errorf("%s: %w", s.File, err)
	}
	return m, nil
}

// write replaces the file atomically.
func (s *Service) write(m Watermark) (err error) {
	if s.File == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write watermark: %w", err)
		}
	}()
	text, err := json.Marshal(m)
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
