package mfa

import (
	"context"
	"time"
)

// KeptCode is a recovery code as it is kept. All codes of an account are one set, whose hashes share one salt.
type KeptCode struct {
	ID        string
	AccountID string
	Hash      string // PHC string
	CreatedAt time.Time
	UsedAt    time.Time // zero: it works
}

// Stock is what is left of an account's recovery codes. A zero GeneratedAt means that there never were any.
type Stock struct {
	Left        int
	GeneratedAt time.Time
}

// Stock counts the recovery codes that work.
func (s *Service) Stock(ctx context.Context, accountID string) (Stock, error) {
	codes, err := s.Store.RecoveryCodes(ctx, accountID)
	return stockOf(codes), err
}

func stockOf(codes []KeptCode) Stock {
	var stock Stock
	for _, c := range codes {
		stock.GeneratedAt = c.CreatedAt
		if c.UsedAt.IsZero() {
			stock.Left++
		}
	}
	return stock
}
