// Package keyring holds the keys of the house: the master key, the sealing keys under it, and the signing keys.
package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const masterSize = 32 // bytes, AES-256

var (
	// ErrNoMaster means that there is no master key file.
	ErrNoMaster = errors.New("there is no master key file")
	// ErrMalformedMaster means that the file holds something else.
	ErrMalformedMaster = errors.New("not a master key: the file must hold 32 random bytes in base64, as `openssl rand -base64 32` prints them")
	// ErrWrongMaster means that the database was sealed under another key.
	ErrWrongMaster = errors.New("the master key does not open this database")
)

// Master seals the sealing keys. It never lives in the database.
type Master struct {
	aead tink.AEAD
}

// ReadMaster reads the master key. It answers ErrNoMaster or ErrMalformedMaster.
func ReadMaster(path string) (Master, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return Master{}, fmt.Errorf("%w: %s", ErrNoMaster, path)
	}
	if err != nil {
		return Master{}, fmt.Errorf("read master key: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != masterSize {
		return Master{}, fmt.Errorf("%s: %w", path, ErrMalformedMaster)
	}
	return masterOf(raw)
}

// CreateMaster writes a new master key, readable by its owner only, and never over a file that is there: then it reads
// that one. A reader never sees half a key.
func CreateMaster(path string) (Master, error) {
	raw := make([]byte, masterSize)
	if _, err := rand.Read(raw); err != nil {
		return Master{}, fmt.Errorf("make master key: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Master{}, fmt.Errorf("make folder for master key: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".master-*") // 0600
	if err != nil {
		return Master{}, fmt.Errorf("write master key: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return Master{}, fmt.Errorf("write master key: %w", err)
	}
	err = os.Link(tmp.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return ReadMaster(path)
	}
	if err != nil {
		return Master{}, fmt.Errorf("write master key: %w", err)
	}
	if err := syncFolder(dir); err != nil {
		return Master{}, fmt.Errorf("write master key: %w", err)
	}
	return masterOf(raw)
}

// syncFolder makes a new name in a folder outlive a power cut, as the database's commits do.
func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func masterOf(raw []byte) (Master, error) {
	aead, err := subtle.NewAESGCM(raw)
	if err != nil {
		return Master{}, fmt.Errorf("use master key: %w", err)
	}
	return Master{aead: aead}, nil
}
