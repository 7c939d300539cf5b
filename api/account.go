package api

import (
	"context"
	"errors"

	"twofold/internal/account"
	"twofold/internal/mailaddr"
)

// GetAccount returns the caller's account.
func (s *Server) GetAccount(ctx context.Context, _ GetAccountRequestObject) (GetAccountResponseObject, error) {
	a, err := s.Accounts.ByID(ctx, requestFrom(ctx).session.AccountID)
	if err != nil {
		return nil, err
	}
	result, err := s.accountOf(ctx, a)
	return GetAccount200JSONResponse(result), err
}

// UpdateAccount changes the display name and the language.
func (s *Server) UpdateAccount(ctx context.Context, r UpdateAccountRequestObject) (UpdateAccountResponseObject, error) {
	a, err := s.Accounts.Update(ctx, requestFrom(ctx).session.AccountID, account.Profile{
		DisplayName: r.Body.DisplayName, Language: (*string)(r.Body.Language),
	})
	if err != nil {
		return nil, err
	}
	result, err := s.accountOf(ctx, a)
	return UpdateAccount200JSONResponse(result), err
}

func (s *Server) accountOf(ctx context.Context, a account.Account) (Account, error) {
	result := Account{
		ID: mustUUID(a.ID), Email: mailaddr.ToUnicode(a.Email), DisplayName: a.DisplayName, Language: Language(a.Language),
		CreatedAt: truncateToSecond(a.CreatedAt), PasswordChangedAt: truncateToSecond(a.PasswordChangedAt),
	}
	result.Role = role(a)
	if a.NoticeEmail != "" {
		result.NoticeEmail = new(mailaddr.ToUnicode(a.NoticeEmail))
	}
	pending, err := s.Accounts.PendingAddress(ctx, a.ID)
	switch {
	case err == nil:
		result.PendingAddress = new(pendingAddress(pending))
	case !errors.Is(err, account.ErrNoPendingAddress):
		return Account{}, err
	}
	return result, nil
}

// role returns nil for an account without a role.
func role(a account.Account) *Role {
	if a.Role == "" {
		return nil
	}
	return new(Role(a.Role))
}

func pendingAddress(p account.PendingAddress) PendingAddress {
	return PendingAddress{Kind: AddressKind(p.Kind), Email: mailaddr.ToUnicode(p.Email), ExpiresAt: truncateToSecond(p.ExpiresAt)}
}
