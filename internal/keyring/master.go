// Package keyring holds the server's keys: the master key in a file, the sealing keys that it encrypts, which encrypt
// secrets at rest, and the keys that sign step-up tokens. The keys are stored in the database, so that any process may
// rotate them and all others follow. The master key is never in the database. [Open] returns a [Ring], which uses the
// keys; a [Rotation] changes them.
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

	"twofold/internal/secret"
)

const masterSize = 32 // bytes, AES-256

var (
	// ErrNoMaster means that the master key file does not exist.
	ErrNoMaster = errors.New("there is no master key file")
	// ErrMalformedMaster means that the file does not hold a master key.
	ErrMalformedMaster = errors.New("not a master key: the file must hold 32 random bytes in base64, as `openssl rand -base64 32` prints them")
	// ErrWrongMaster means that the database was sealed under another master key.
	ErrWrongMaster = errors.New("the master key does not fit this database")
)

// Master encrypts the sealing keys. It is never stored in the database.
type Master struct {
	aead tink.AEAD
}

// ReadMaster reads the master key from a file. It returns ErrNoMaster or ErrMalformedMaster.
func ReadMaster(path string) (Master, error) {
	text, err := secret.ReadFile(path)
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

// CreateMaster writes a new master key that only its owner can read. It never overwrites a file: if one exists, it
// reads that key. A concurrent reader never sees a partial key.
func CreateMaster(path string) (Master, error) {
	raw := make([]byte, masterSize)
	if _, err := rand.Read(raw); err != nil {
		return Master{}, fmt.Errorf("generate master key: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Master{}, fmt.Errorf("create directory of master key: %w", err)
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

// syncFolder flushes a directory, so that a new file name survives a power failure, as the database's commits do.
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
