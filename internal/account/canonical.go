package account

import (
	"context"
	"errors"
	"fmt"
)

// SameAddress is a pair of accounts with spellings of one address. Both were added by a version for which the spellings
// differed.
type SameAddress struct {
	Unreachable Account // no sign-in finds it, because its address is not in the canonical spelling
	Found       Account // sign-ins with either spelling find this one
}

// CanonicalizeAddresses changes the addresses that an earlier version stored in another spelling to the canonical one. It
// leaves an account unchanged if another has its address, and returns those pairs.
func (s *Service) CanonicalizeAddresses(ctx context.Context) ([]SameAddress, error) {
	found, err := s.Store.WithUnicodeAddress(ctx)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	for _, a := range found {
		if a.isCanonical() {
			continue
		}
		if err := s.Store.InTx(ctx, func(ctx context.Context) error { return s.canonicalize(ctx, a.ID) }); err != nil {
			return nil, fmt.Errorf("change address to its canonical spelling: %w", err)
		}
	}
	return FindSameAddresses(ctx, s.Store)
}

// canonicalize changes the addresses of one account to their canonical spelling.
func (s *Service) canonicalize(ctx context.Context, id string) error {
	if err := s.Store.Lock(ctx, id); err != nil {
		return err
	}
	a, err := s.Store.ByID(ctx, id)
	if err != nil {
		return err
	}
	email, notice := CanonicalEmail(a.Email), CanonicalEmail(a.NoticeEmail)
	if notice == email { // the same address twice would get every notice twice
		notice = ""
	}
	if notice != a.NoticeEmail {
		if err := s.Store.SetNoticeEmail(ctx, id, notice); err != nil {
			return err
		}
	}
	if email == a.Email {
		return nil
	}
	if err := s.Store.SetEmail(ctx, id, email); err != nil && !errors.Is(err, ErrEmailTaken) {
		return err
	}
	return nil
}

// isCanonical reports whether both addresses are in their canonical spelling.
func (a Account) isCanonical() bool {
	return a.Email == CanonicalEmail(a.Email) && a.NoticeEmail == CanonicalEmail(a.NoticeEmail)
}

// FindSameAddresses returns the pairs of accounts with spellings of one address. It changes nothing.
func FindSameAddresses(ctx context.Context, store Store) ([]SameAddress, error) {
	found, err := store.WithUnicodeAddress(ctx)
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	var pairs []SameAddress
	for _, a := range found {
		email := CanonicalEmail(a.Email)
		if email == a.Email {
			continue
		}
		other, err := store.ByEmail(ctx, email)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find account: %w", err)
		}
		pairs = append(pairs, SameAddress{Unreachable: a, Found: other})
	}
	return pairs, nil
}
