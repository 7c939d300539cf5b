package keyring

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// SealedKeyset holds the sealing keys at rest, encrypted under the master key.
type SealedKeyset struct {
	Sealed    []byte
	RotatedAt time.Time // when the newest key was created
}

// sealing holds the decrypted sealing keys.
type sealing struct {
	kept   SealedKeyset
	handle *keyset.Handle
	aead   tink.AEAD
	newest uint32 // id of the key that encrypts
	ids    []uint32
}

// prefix returns the first bytes of every value that the newest key seals.
func (s sealing) prefix() []byte { return binary.BigEndian.AppendUint32([]byte{1}, s.newest) }

var keysetUse = []byte("twofold sealing keyset")

// openSealing decrypts the sealing keys. It returns ErrWrongMaster if they are under another master key.
func openSealing(kept SealedKeyset, master Master) (sealing, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(kept.Sealed)), master.aead, keysetUse)
	if err != nil {
		return sealing{}, ErrWrongMaster
	}
	return sealingOf(handle, kept)
}

func sealingOf(handle *keyset.Handle, kept SealedKeyset) (sealing, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return sealing{}, fmt.Errorf("use sealing keys: %w", err)
	}
	info := handle.KeysetInfo()
	s := sealing{kept: kept, handle: handle, aead: primitive, newest: info.GetPrimaryKeyId()}
	for _, k := range info.GetKeyInfo() {
		s.ids = append(s.ids, k.GetKeyId())
	}
	return s, nil
}

func createSealing(ctx context.Context, store Store, master Master, now time.Time) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("generate sealing key: %w", err)
	}
	sealed, err := sealKeyset(handle, master)
	if err != nil {
		return err
	}
	if err := store.InsertSealedKeyset(ctx, SealedKeyset{Sealed: sealed, RotatedAt: now}); err != nil {
		return fmt.Errorf("store sealing key: %w", err)
	}
	// Another process may have created the keys first, under another master key.
	return Check(ctx, store, master)
}

func sealKeyset(handle *keyset.Handle, master Master) ([]byte, error) {
	var sealed bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&sealed), master.aead, keysetUse); err != nil {
		return nil, fmt.Errorf("seal sealing keys: %w", err)
	}
	return sealed.Bytes(), nil
}
