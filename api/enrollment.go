package api

import (
	"context"

	"twofold/internal/authn"
)

// BeginSignInEnrollment makes a key for a sign-in that needs one.
func (s *Server) BeginSignInEnrollment(context.Context, BeginSignInEnrollmentRequestObject) (BeginSignInEnrollmentResponseObject, error) {
	return nil, authn.ErrSignInExpired
}

// ConfirmSignInEnrollment registers it.
func (s *Server) ConfirmSignInEnrollment(context.Context, ConfirmSignInEnrollmentRequestObject) (ConfirmSignInEnrollmentResponseObject, error) {
	return nil, authn.ErrSignInExpired
}
