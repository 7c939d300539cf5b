package api

import (
	"context"

	"twofold/internal/secret"
)

// ReportNotMe disputes the event of a notice.
func (s *Server) ReportNotMe(ctx context.Context, r ReportNotMeRequestObject) (ReportNotMeResponseObject, error) {
	done, err := s.NotMe.Report(ctx, secret.New(r.Body.Token))
	if err != nil {
		return nil, err
	}
	result := ReportNotMe200JSONResponse{SessionsEnded: done.SessionsEnded, PasswordReset: done.PasswordReset}
	if done.Method != "" {
		result.Method = new(NotMeResultMethod(done.Method))
	}
	return result, nil
}
