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

// Watermark is how far somebody saw the database come.
type Watermark struct {
	Lineage   string    `json:"lineage"`
	Number    int64     `json:"epoch"`
	Heartbeat int64     `json:"beat"`
	At        time.Time `json:"at"`
}

// aheadOf says whether this is further than an epoch of the same lineage, by more than a failover loses.
func (m Watermark) aheadOf(e Generation) bool {
	return m.Lineage == e.Lineage && (m.Number > e.Number || m.Number == e.Number && m.Heartbeat > e.Heartbeat+maxLag)
}

// isDifferent says whether this is of another database, and no operator has given a word about that since.
func (m Watermark) isDifferent(e Generation) bool {
	fenced := e.Number > 1 && e.StartedAt.After(m.At)
	return m.Lineage != "" && m.Lineage != e.Lineage && !fenced
}

// read answers the zero Mark where there is no file.
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

// write puts the mark into its file, whole or not at all.
func (s *Service) write(m Watermark) (err error) {
	if s.File == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("note how far the database has come: %w", err)
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
