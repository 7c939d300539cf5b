package epoch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Mark is how far somebody saw the database come.
type Mark struct {
	Lineage string    `json:"lineage"`
	Number  int64     `json:"epoch"`
	Beat    int64     `json:"beat"`
	At      time.Time `json:"at"`
}

// past says whether this is further than an epoch of the same lineage, by more than a failover loses.
func (m Mark) past(e Epoch) bool {
	return m.Lineage == e.Lineage && (m.Number > e.Number || m.Number == e.Number && m.Beat > e.Beat+slack)
}

// ofAnother says whether this is of another database, and no operator has given a word about that since.
func (m Mark) ofAnother(e Epoch) bool {
	fenced := e.Number > 1 && e.BegunAt.After(m.At)
	return m.Lineage != "" && m.Lineage != e.Lineage && !fenced
}

// read answers the zero Mark where there is no file.
func (s *Service) read() (Mark, error) {
	if s.File == "" {
		return Mark{}, nil
	}
	text, err := os.ReadFile(s.File)
	if errors.Is(err, fs.ErrNotExist) {
		return Mark{}, nil
	}
	if err != nil {
		return Mark{}, err
	}
	var m Mark
	if err := json.Unmarshal(text, &m); err != nil {
		return Mark{}, fmt.Errorf("%s: %w", s.File, err)
	}
	return m, nil
}

// write puts the mark into its file, whole or not at all.
func (s *Service) write(m Mark) (err error) {
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
