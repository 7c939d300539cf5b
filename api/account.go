package api

import (
	"context"

	"twofold/internal/account"
)

// GetAccount answers the account that is signed in.
func (s *Server) GetAccount(ctx context.Context, _ GetAccountRequestObject) (GetAccountResponseObject, error) {
	a, err := s.Accounts.ByID(ctx, callOf(ctx).session.AccountID)
	if err != nil {
		return nil, err
	}
	return GetAccount200JSONResponse(accountOf(a)), nil
}

func accountOf(a account.Account) Account {
	answer := Account{
		ID: id(a.ID), Email: a.Email, DisplayName: a.DisplayName, Language: Language(a.Language),
		CreatedAt: second(a.CreatedAt), PasswordChangedAt: second(a.PasswordChangedAt),
	}
	if a.NoticeEmail != "" {
		answer.NoticeEmail = &a.NoticeEmail
	}
	return answer
}
