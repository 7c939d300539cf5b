package api

import "context"

// GetAccount answers the account that is signed in.
func (s *Server) GetAccount(ctx context.Context, _ GetAccountRequestObject) (GetAccountResponseObject, error) {
	a, err := s.Accounts.ByID(ctx, callOf(ctx).session.AccountID)
	if err != nil {
		return nil, err
	}
	return GetAccount200JSONResponse{ID: id(a.ID), Email: a.Email, CreatedAt: second(a.CreatedAt)}, nil
}
