package api

import (
	"context"
	"net/http"

	"twofold/internal/secret"
)

// VisitChangePasswordResponse writes the answer.
func (a answer) VisitChangePasswordResponse(w http.ResponseWriter) error { return a.write(w) }

// ChangePassword gives the account another password.
func (s *Server) ChangePassword(ctx context.Context, r ChangePasswordRequestObject) (ChangePasswordResponseObject, error) {
	call := callOf(ctx)
	done, err := s.Authn.ChangePassword(ctx, call.session, call.shown.Grant, secret.New(r.Body.NewPassword), call.device)
	if err != nil {
		return nil, err
	}
	return answer{status: http.StatusOK, cookies: s.renewed(done.NewToken), body: receipt(done)}, nil
}
