package api

import (
	"context"
	"net/http"

	"twofold/internal/secret"
)

// VisitChangePasswordResponse writes the response.
func (a cookieResponse) VisitChangePasswordResponse(w http.ResponseWriter) error { return a.write(w) }

// ChangePassword replaces the account's password.
func (s *Server) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	call := requestFrom(ctx)
	done, token, err := s.Passwords.Change(ctx, call.session, call.stepUp.Grant, secret.New(r.Body.NewPassword), call.device)
	if err != nil {
		return nil, err
	}
	return cookieResponse{status: http.StatusOK, cookies: s.rotatedCookie(token), body: receiptBody(done)}, nil
}
