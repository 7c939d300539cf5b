package api

import (
	"context"
	"errors"

	"twofold/internal/authn"
	"twofold/internal/mfaremoval"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// RequestMFARemoval announces a removal of MFA, for a pending sign-in.
func (s *Server) RequestMFARemoval(ctx context.Context, r RequestMFARemovalRequestObject) (RequestMFARemovalResponseObject, error) {
	var inBody *string
	if r.Body != nil {
		inBody = r.Body.SignInToken
	}
	token, carrier := signInTokenOf(ctx, inBody)
	status, err := s.Authn.RequestRemoval(ctx, token, carrier)
	if err != nil {
		return nil, err
	}
	return RequestMFARemoval202JSONResponse(removalStatus(status)), nil
}

// CancelMFARemoval cancels a removal, for a session of two factors.
func (s *Server) CancelMFARemoval(ctx context.Context, _ CancelMFARemovalRequestObject) (CancelMFARemovalResponseObject, error) {
	done, err := s.Removals.Cancel(ctx, requestFrom(ctx).session)
	if err != nil {
		return nil, err
	}
	return CancelMFARemoval200JSONResponse{NoticesSent: done.NoticesSent, RecoveryCodesLeft: done.RecoveryCodesLeft}, nil
}

// CancelMFARemovalByCode cancels a removal, for a pending sign-in with a code.
func (s *Server) CancelMFARemovalByCode(ctx context.Context, r CancelMFARemovalByCodeRequestObject) (CancelMFARemovalByCodeResponseObject, error) {
	proof, err := secondFactor(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	if proof.IsZero() {
		return nil, invalid("/code", "this or recovery_code is needed")
	}
	in := authn.SecondFactorRequest{Second: proof, Browser: requestFrom(ctx).device}
	in.Token, in.ReceivedVia = signInTokenOf(ctx, r.Body.SignInToken)
	if err := s.Authn.CancelRemoval(ctx, in); err != nil {
		return nil, err
	}
	return CancelMFARemovalByCode204Response{}, nil
}

// CancelMFARemovalByLink cancels a removal, for whoever has a link of its notices.
func (s *Server) CancelMFARemovalByLink(ctx context.Context, r CancelMFARemovalByLinkRequestObject) (CancelMFARemovalByLinkResponseObject, error) {
	if err := s.Removals.CancelByLink(ctx, secret.New(r.Body.Token)); err != nil {
		return nil, err
	}
	return CancelMFARemovalByLink204Response{}, nil
}

// CompleteMFARemoval removes MFA, for whoever has the link of the last mail.
func (s *Server) CompleteMFARemoval(ctx context.Context, r CompleteMFARemovalRequestObject) (CompleteMFARemovalResponseObject, error) {
	done, err := s.Removals.Complete(ctx, secret.New(r.Body.Token))
	if err != nil {
		return nil, err
	}
	return CompleteMFARemoval200JSONResponse{SessionsEnded: done.SessionsEnded, NoticesSent: done.NoticesSent}, nil
}

// removalOf is the account's removal under way, or nil.
func (s *Server) removalOf(ctx context.Context, accountID string) (*MFARemoval, error) {
	status, err := s.Removals.Current(ctx, accountID)
	if errors.Is(err, mfaremoval.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return new(removalStatus(status)), nil
}

func removalStatus(r mfaremoval.Status) MFARemoval {
	answer := MFARemoval{RequestedAt: truncateToSecond(r.RequestedAt), Stopped: r.ClockPaused, Ready: r.Ready()}
	if left := seconds(r.Remaining); left != nil {
		answer.RemainingSeconds = *left
	}
	return answer
}

// signInTokenOf is the token of a pending sign-in, and how it came: in the body, or else in its cookie.
func signInTokenOf(ctx context.Context, inBody *string) (secret.Text, session.Delivery) {
	if inBody != nil {
		return secret.New(*inBody), session.Token
	}
	return requestFrom(ctx).signInToken, session.Cookie
}
