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
	answer, err := s.accountOf(ctx, a)
	return GetAccount200JSONResponse(answer), err
}

// UpdateAccount changes the display name and the language.
func (s *Server) UpdateAccount(ctx context.Context, r UpdateAccountRequestObject) (UpdateAccountResponseObject, error) {
	a, err := s.Accounts.Update(ctx, requestFrom(ctx).session.AccountID, account.Profile{
		DisplayName: r.Body.DisplayName, Language: (*string)(r.Body.Language),
	})
	if err != nil {
		return nil, err
	}
	answer, err := s.accountOf(ctx, a)
	return UpdateAccount200JSONResponse(answer), err
}

func (s *Server) accountOf(ctx context.Context, a account.Account) (Account, error) {
	answer := Account{
		ID: mustUUID(a.ID), Email: mailaddr.ToUnicode(a.Email), DisplayName: a.DisplayName, Language: Language(a.Language),
		CreatedAt: truncateToSecond(a.CreatedAt), PasswordChangedAt: truncateToSecond(a.PasswordChangedAt),
	}
	answer.Role = role(a)
	if a.NoticeEmail != "" {
		answer.NoticeEmail = new(mailaddr.ToUnicode(a.NoticeEmail))
	}
	pending, err := s.Accounts.PendingAddress(ctx, a.ID)
	switch {
	case err == nil:
		answer.PendingAddress = new(pendingAddress(pending))
	case !errors.Is(err, account.ErrNoPendingAddress):
		return Account{}, err
	}
	return answer, nil
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
