package api

import (
	"context"

	"twofold/internal/secret"
)

// RequestPasswordReset gives the same response for every address.
func (s *Server) RequestPasswordReset(ctx context.Context, r RequestPasswordResetRequestObject) (RequestPasswordResetResponseObject, error) {
	if err := s.Passwords.RequestReset(ctx, r.Body.Email); err != nil {
		return nil, err
	}
	return RequestPasswordReset202Response{}, nil
}

// ResetPassword sets a new password with a mailed link. It creates no session.
func (s *Server) ResetPassword(ctx context.Context, r ResetPasswordRequestObject) (ResetPasswordResponseObject, error) {
	done, err := s.Passwords.Reset(ctx, secret.New(r.Body.Token), secret.New(r.Body.NewPassword))
	if err != nil {
		return nil, err
	}
	return ResetPassword200JSONResponse(receiptBody(done)), nil
}
