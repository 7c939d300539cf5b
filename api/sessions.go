package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// cookieResponse is a response with any number of cookies. The generated responses can set one.
type cookieResponse struct {
	status  int
	cookies []*http.Cookie
	body    any // nil for none
}

func (a cookieResponse) write(w http.ResponseWriter) error {
	for _, c := range a.cookies {
		http.SetCookie(w, c)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	return json.NewEncoder(w).Encode(a.body)
}

// VisitSignInResponse writes the response.
func (a cookieResponse) VisitSignInResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitCompleteSignInResponse writes the response.
func (a cookieResponse) VisitCompleteSignInResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitSignOutResponse writes the response.
func (a cookieResponse) VisitSignOutResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitConfirmTOTPEnrollmentResponse writes the response.
func (a cookieResponse) VisitConfirmTOTPEnrollmentResponse(w http.ResponseWriter) error {
	return a.write(w)
}

// VisitRemoveMFAMethodResponse writes the response.
func (a cookieResponse) VisitRemoveMFAMethodResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitGenerateRecoveryCodesResponse writes the response.
func (a cookieResponse) VisitGenerateRecoveryCodesResponse(w http.ResponseWriter) error {
	return a.write(w)
}

// SignIn exchanges credentials for a session or a pending sign-in.
func (s *Server) SignIn(ctx context.Context, r SignInRequestObject) (SignInResponseObject, error) {
	delivery := session.Cookie
	if r.Body.Deliver != nil {
		delivery = session.Delivery(*r.Body.Deliver)
	}
	credential, err := secondFactor(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	out, err := s.Authn.SignIn(ctx, authn.SignIn{
		Email:       r.Body.Email,
		Credentials: authn.Credentials{Password: secret.New(r.Body.Password), SecondFactor: credential},
		Delivery:    delivery,
		Previous:    requestFrom(ctx).cookie,
		Browser:     requestFrom(ctx).device,
	})
	if err != nil {
		return nil, err
	}
	if out.Session.ID == "" {
		return s.pending(out, delivery), nil
	}
	response, _ := s.signedIn(out)
	return response, nil
}

// CompleteSignIn completes a pending sign-in.
func (s *Server) CompleteSignIn(ctx context.Context, r CompleteSignInRequestObject) (CompleteSignInResponseObject, error) {
	credential, err := secondFactor(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	if credential.IsZero() {
		return nil, invalid("/code", "this or recovery_code is required")
	}
	call := requestFrom(ctx)
	in := authn.SecondFactorRequest{Second: credential, Previous: call.cookie, Browser: call.device}
	in.Token, in.ReceivedVia = signInTokenOf(ctx, r.Body.SignInToken)
	if r.Body.Deliver != nil {
		in.Delivery = session.Delivery(*r.Body.Deliver)
	}
	out, err := s.Authn.Complete(ctx, in)
	if err != nil {
		return nil, err
	}
	response, _ := s.signedIn(out)
	return response, nil
}

// GetCurrentSession returns the caller's session.
func (s *Server) GetCurrentSession(ctx context.Context, _ GetCurrentSessionRequestObject) (GetCurrentSessionResponseObject, error) {
	sess := requestFrom(ctx).session
	requiredFrom, err := s.requiredFrom(ctx, sess)
	if err != nil {
		return nil, err
	}
	return GetCurrentSession200JSONResponse{
		MFARequiredFrom: requiredFrom,

		ID:         mustUUID(sess.ID),
		Acr:        Acr(sess.AMR.ACR()),
		Amr:        Amr(sess.AMR),
		AuthTime:   truncateToSecond(sess.AuthTime),
		CreatedAt:  truncateToSecond(sess.CreatedAt),
		LastUsedAt: truncateToSecond(sess.LastUsedAt),
		ExpiresAt:  truncateToSecond(s.Sessions.Limits.ExpiresAt(sess)),
	}, nil
}

// SignOut ends the caller's session.
func (s *Server) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	call := requestFrom(ctx)
	if err := s.Authn.SignOut(ctx, call.session); err != nil {
		return nil, err
	}
	a := cookieResponse{status: http.StatusNoContent}
	if !call.cookie.IsZero() {
		a.cookies = []*http.Cookie{s.clearCookie(sessionCookie)}
	}
	return a, nil
}

// requiredFrom returns when MFA becomes required for an account that has none, or nil.
func (s *Server) requiredFrom(ctx context.Context, sess session.Session) (*time.Time, error) {
	if !s.Methods.Policy.UpcomingAt(s.Now()) {
		return nil, nil
	}
	enabled, err := s.Methods.Enabled(ctx, sess.AccountID)
	if err != nil || enabled {
		return nil, err
	}
	return optionalTime(s.Methods.Policy.From), nil
}

// signedIn returns the response to a completed sign-in: the token in the body or a cookie, as requested.
func (s *Server) signedIn(out authn.SignInResult) (cookieResponse, SignedIn) {
	body := SignedIn{
		State:      SignedInStateSignedIn,
		ID:         mustUUID(out.Session.ID),
		Acr:        Acr(out.Session.AMR.ACR()),
		Amr:        Amr(out.Session.AMR),
		AuthTime:   truncateToSecond(out.Session.AuthTime),
		CreatedAt:  truncateToSecond(out.Session.CreatedAt),
		LastUsedAt: truncateToSecond(out.Session.LastUsedAt),
		ExpiresAt:  truncateToSecond(s.Sessions.Limits.ExpiresAt(out.Session)),
	}
	if out.MFAMissing && s.Methods.Policy.UpcomingAt(s.Now()) {
		body.MFARequiredFrom = optionalTime(s.Methods.Policy.From)
	}
	a := cookieResponse{status: http.StatusCreated}
	if out.Session.Delivery == session.Token {
		body.SessionToken = new(out.Token.Reveal())
	} else {
		a.cookies = []*http.Cookie{
			s.setCookie(sessionCookie, out.Token, 0), s.clearCookie(signInCookie),
			s.setCookie(deviceCookie, out.Browser, s.Authn.Limits.DeviceLifetime),
		}
	}
	a.body = body
	return a, body
}

// pending returns the response to a pending sign-in. It does not touch the session cookie.
func (s *Server) pending(out authn.SignInResult, d session.Delivery) cookieResponse {
	var token *string
	a := cookieResponse{status: http.StatusAccepted}
	if d == session.Token {
		token = new(out.Token.Reveal())
	} else {
		lifetime := out.Pending.ExpiresAt.Sub(out.Pending.CreatedAt)
		a.cookies = []*http.Cookie{s.setCookie(signInCookie, out.Token, lifetime)}
	}
	if out.MustEnroll {
		a.body = EnrollmentRequired{
			State: EnrollmentRequiredStateEnrollmentRequired, ExpiresAt: truncateToSecond(out.Pending.ExpiresAt), SignInToken: token,
		}
		return a
	}
	a.body = SecondFactorRequired{
		State:     SecondFactorRequiredStateSecondFactorRequired,
		Methods:   factorNames(out.Factors...),
		ExpiresAt: truncateToSecond(out.Pending.ExpiresAt), SignInToken: token,
	}
	return a
}

// rotatedCookie returns the cookie of a session whose token was rotated, if it was.
func (s *Server) rotatedCookie(token secret.Text) []*http.Cookie {
	if token.IsZero() {
		return nil
	}
	return []*http.Cookie{s.setCookie(sessionCookie, token, 0)}
}

// secondFactor reads the code or the recovery code, of which there may be one.
func secondFactor(code, recoveryCode *string) (authn.SecondFactor, error) {
	if recoveryCode == nil {
		return authn.SecondFactor{Code: deref(code)}, nil
	}
	if code != nil {
		return authn.SecondFactor{}, invalid("/recovery_code", "must not be combined with code")
	}
	read, err := mfa.ParseRecoveryCode(*recoveryCode)
	return authn.SecondFactor{RecoveryCode: read}, err
}

// deref returns the value of an optional member.
func deref(member *string) string {
	if member == nil {
		return ""
	}
	return *member
}

// mustUUID parses an id that the server has generated.
func mustUUID(text string) uuid.UUID { return uuid.MustParse(text) }

// optionalTime returns nil for the zero time.
func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(truncateToSecond(t))
}

// truncateToSecond returns a time as responses contain it: in UTC, to the second.
func truncateToSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
