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

// answer is an answer that sets cookies: the generated ones can set one at the most.
type answer struct {
	status  int
	cookies []*http.Cookie
	body    any // nil: none
}

func (a answer) write(w http.ResponseWriter) error {
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

// VisitSignInResponse writes the answer.
func (a answer) VisitSignInResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitCompleteSignInResponse writes the answer.
func (a answer) VisitCompleteSignInResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitSignOutResponse writes the answer.
func (a answer) VisitSignOutResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitConfirmTOTPEnrollmentResponse writes the answer.
func (a answer) VisitConfirmTOTPEnrollmentResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitRemoveMFAMethodResponse writes the answer.
func (a answer) VisitRemoveMFAMethodResponse(w http.ResponseWriter) error { return a.write(w) }

// VisitGenerateRecoveryCodesResponse writes the answer.
func (a answer) VisitGenerateRecoveryCodesResponse(w http.ResponseWriter) error { return a.write(w) }

// SignIn exchanges proofs for a session, or for a pending sign-in.
func (s *Server) SignIn(ctx context.Context, r SignInRequestObject) (SignInResponseObject, error) {
	delivery := session.Cookie
	if r.Body.Deliver != nil {
		delivery = session.Delivery(*r.Body.Deliver)
	}
	beside, err := secondProof(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	out, err := s.Authn.SignIn(ctx, authn.SignIn{
		Email:    r.Body.Email,
		Proofs:   authn.Proofs{Password: secret.New(r.Body.Password), Second: beside},
		Delivery: delivery,
		Previous: callOf(ctx).cookie,
		Browser:  callOf(ctx).device,
	})
	if err != nil {
		return nil, err
	}
	if out.Session.ID == "" {
		return s.pending(out, delivery), nil
	}
	a, _ := s.signedIn(out)
	return a, nil
}

// CompleteSignIn finishes a pending sign-in.
func (s *Server) CompleteSignIn(ctx context.Context, r CompleteSignInRequestObject) (CompleteSignInResponseObject, error) {
	beside, err := secondProof(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	if beside.IsZero() {
		return nil, invalid("/code", "this or recovery_code is needed")
	}
	call := callOf(ctx)
	in := authn.Completion{Second: beside, Previous: call.cookie, Browser: call.device}
	in.Token, in.Carrier = signInTokenOf(ctx, r.Body.SignInToken)
	if r.Body.Deliver != nil {
		in.Delivery = session.Delivery(*r.Body.Deliver)
	}
	out, err := s.Authn.Complete(ctx, in)
	if err != nil {
		return nil, err
	}
	a, _ := s.signedIn(out)
	return a, nil
}

// GetCurrentSession answers the caller's session.
func (s *Server) GetCurrentSession(ctx context.Context, _ GetCurrentSessionRequestObject) (GetCurrentSessionResponseObject, error) {
	sess := callOf(ctx).session
	requiredFrom, err := s.requiredFrom(ctx, sess)
	if err != nil {
		return nil, err
	}
	return GetCurrentSession200JSONResponse{
		MFARequiredFrom: requiredFrom,

		ID:         id(sess.ID),
		Acr:        Acr(sess.AMR.ACR()),
		Amr:        Amr(sess.AMR),
		AuthTime:   second(sess.AuthTime),
		CreatedAt:  second(sess.CreatedAt),
		LastUsedAt: second(sess.LastUsedAt),
		ExpiresAt:  second(s.Sessions.Limits.ExpiresAt(sess)),
	}, nil
}

// SignOut ends the caller's session.
func (s *Server) SignOut(ctx context.Context, _ SignOutRequestObject) (SignOutResponseObject, error) {
	call := callOf(ctx)
	if err := s.Authn.SignOut(ctx, call.session); err != nil {
		return nil, err
	}
	a := answer{status: http.StatusNoContent}
	if !call.cookie.IsZero() {
		a.cookies = []*http.Cookie{s.clearCookie(sessionCookie)}
	}
	return a, nil
}

// requiredFrom is when MFA will be required, for a session of an account that has none; otherwise nil.
func (s *Server) requiredFrom(ctx context.Context, sess session.Session) (*time.Time, error) {
	if !s.Methods.Policy.Announced(s.Now()) || sess.AMR.ACR() == session.AAL2 {
		return nil, nil
	}
	enabled, err := s.Methods.Enabled(ctx, sess.AccountID)
	if err != nil || enabled {
		return nil, err
	}
	return moment(s.Methods.Policy.From), nil
}

// signedIn hands a session over, through the carrier that was asked for, and answers the body too.
func (s *Server) signedIn(out authn.Outcome) (answer, SignedIn) {
	body := SignedIn{
		State:      SignedInStateSignedIn,
		ID:         id(out.Session.ID),
		Acr:        Acr(out.Session.AMR.ACR()),
		Amr:        Amr(out.Session.AMR),
		AuthTime:   second(out.Session.AuthTime),
		CreatedAt:  second(out.Session.CreatedAt),
		LastUsedAt: second(out.Session.LastUsedAt),
		ExpiresAt:  second(s.Sessions.Limits.ExpiresAt(out.Session)),
	}
	if out.Unready && s.Methods.Policy.Announced(s.Now()) {
		body.MFARequiredFrom = moment(s.Methods.Policy.From)
	}
	a := answer{status: http.StatusCreated}
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

// pending hands a pending sign-in over, and says what it waits for. It touches no session cookie.
func (s *Server) pending(out authn.Outcome, d session.Delivery) answer {
	var token *string
	a := answer{status: http.StatusAccepted}
	if d == session.Token {
		token = new(out.Token.Reveal())
	} else {
		lifetime := out.Pending.ExpiresAt.Sub(out.Pending.CreatedAt)
		a.cookies = []*http.Cookie{s.setCookie(signInCookie, out.Token, lifetime)}
	}
	if out.Enrolls {
		a.body = EnrollmentRequired{
			State: EnrollmentRequiredStateEnrollmentRequired, ExpiresAt: second(out.Pending.ExpiresAt), SignInToken: token,
		}
		return a
	}
	a.body = SecondFactorRequired{
		State:     SecondFactorRequiredStateSecondFactorRequired,
		Methods:   proofMethods(out.Proofs...),
		ExpiresAt: second(out.Pending.ExpiresAt), SignInToken: token,
	}
	return a
}

// renewed is the cookie of a session that got a new token, if it did.
func (s *Server) renewed(token secret.Text) []*http.Cookie {
	if token.IsZero() {
		return nil
	}
	return []*http.Cookie{s.setCookie(sessionCookie, token, 0)}
}

// secondProof reads what is presented beside the password, or instead of it in a second step: at most one of the two.
func secondProof(code, recoveryCode *string) (authn.Second, error) {
	if recoveryCode == nil {
		return authn.Second{Code: text(code)}, nil
	}
	if code != nil {
		return authn.Second{}, invalid("/recovery_code", "must not come together with code")
	}
	read, err := mfa.ReadRecoveryCode(*recoveryCode)
	return authn.Second{RecoveryCode: read}, err
}

// text is a member that may be left out.
func text(member *string) string {
	if member == nil {
		return ""
	}
	return *member
}

// id reads an id of ours.
func id(text string) uuid.UUID { return uuid.MustParse(text) }

// moment is a time that may not have been; nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(second(t))
}

// second is a time as it is answered: in UTC, to the second.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
