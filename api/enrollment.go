package api

import (
	"context"
	"net/http"

	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/qr"
	"twofold/internal/session"
	"twofold/internal/totp"
)

// VisitConfirmSignInEnrollmentResponse writes the response.
func (a cookieResponse) VisitConfirmSignInEnrollmentResponse(w http.ResponseWriter) error {
	return a.write(w)
}

// BeginSignInEnrollment creates a TOTP key and returns it once, for a sign-in that must register a method first.
func (s *Server) BeginSignInEnrollment(ctx context.Context, r BeginSignInEnrollmentRequestObject) (BeginSignInEnrollmentResponseObject, error) {
	var in authn.EnrollRequest
	var inBody *string
	if r.Body != nil {
		in.Name, inBody = deref(r.Body.Name), r.Body.SignInToken
	}
	in.Token, in.ReceivedVia = signInTokenOf(ctx, inBody)
	begun, err := s.Authn.BeginEnrollment(ctx, in)
	if err != nil {
		return nil, err
	}
	shown, err := totpEnrollment(begun)
	return BeginSignInEnrollment201JSONResponse(shown), err
}

// ConfirmSignInEnrollment registers the authenticator app and creates the session.
func (s *Server) ConfirmSignInEnrollment(ctx context.Context, r ConfirmSignInEnrollmentRequestObject) (ConfirmSignInEnrollmentResponseObject, error) {
	call := requestFrom(ctx)
	in := authn.ConfirmRequest{Code: r.Body.Code, Previous: call.cookie, Browser: call.device}
	in.Name = deref(r.Body.Name)
	in.Token, in.ReceivedVia = signInTokenOf(ctx, r.Body.SignInToken)
	if r.Body.Deliver != nil {
		in.Delivery = session.Delivery(*r.Body.Deliver)
	}
	out, m, change, err := s.Authn.ConfirmEnrollment(ctx, in)
	if err != nil {
		return nil, err
	}
	a, signedIn := s.signedIn(out)
	a.body = EnrolledSignIn{Session: signedIn, Method: method(m), RecoveryCodes: revealCodes(change.RecoveryCodes), Receipt: receiptBody(change.Receipt)}
	return a, nil
}

// totpEnrollment returns an enrollment with its key, for the only response that contains it.
func totpEnrollment(begun mfa.NewEnrollment) (TOTPEnrollment, error) {
	png, err := qr.PNG(begun.URI.Reveal())
	return TOTPEnrollment{
		ID:         mustUUID(begun.Enrollment.ID),
		Secret:     begun.Key.Base32(),
		OtpauthURI: begun.URI.Reveal(),
		QrPng:      png,
		Algorithm:  totp.Algorithm,
		Digits:     totp.Digits,
		Period:     totp.Period,
		ExpiresAt:  truncateToSecond(begun.Enrollment.ExpiresAt),
	}, err
}
