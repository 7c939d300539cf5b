package api

import (
	"context"
	"errors"

	"twofold/internal/authn"
	"twofold/internal/mfaremoval"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// RequestMFARemoval requests a delayed removal of MFA with a pending sign-in.
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

// CancelMFARemoval cancels a removal from a session with two factors.
func (s *Server) CancelMFARemoval(ctx context.Context, _ CancelMFARemovalRequestObject) (CancelMFARemovalResponseObject, error) {
	done, err := s.Removals.Cancel(ctx, requestFrom(ctx).session)
	if err != nil {
		return nil, err
	}
	return CancelMFARemoval200JSONResponse{NoticesSent: done.NoticesSent, RecoveryCodesLeft: done.RecoveryCodesLeft}, nil
}

// CancelMFARemovalByCode cancels a removal with a pending sign-in and a code.
func (s *Server) CancelMFARemovalByCode(ctx context.Context, r CancelMFARemovalByCodeRequestObject) (CancelMFARemovalByCodeResponseObject, error) {
	credential, err := secondFactor(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	if credential.IsZero() {
		return nil, invalid("/code", "this or recovery_code is required")
	}
	in := authn.SecondFactorRequest{Second: credential, Browser: requestFrom(ctx).device}
	in.Token, in.ReceivedVia = signInTokenOf(ctx, r.Body.SignInToken)
	if err := s.Authn.CancelRemoval(ctx, in); err != nil {
		return nil, err
	}
	return CancelMFARemovalByCode204Response{}, nil
}

// CancelMFARemovalByLink cancels a removal with a link of its notices.
func (s *Server) CancelMFARemovalByLink(ctx context.Context, r CancelMFARemovalByLinkRequestObject) (CancelMFARemovalByLinkResponseObject, error) {
	if err := s.Removals.CancelByLink(ctx, secret.New(r.Body.Token)); err != nil {
		return nil, err
	}
	return CancelMFARemovalByLink204Response{}, nil
}

// CompleteMFARemoval removes MFA with the link of the last mail.
func (s *Server) CompleteMFARemoval(ctx context.Context, r CompleteMFARemovalRequestObject) (CompleteMFARemovalResponseObject, error) {
	done, err := s.Removals.Complete(ctx, secret.New(r.Body.Token))
	if err != nil {
		return nil, err
	}
	return CompleteMFARemoval200JSONResponse{SessionsEnded: done.SessionsEnded, NoticesSent: done.NoticesSent}, nil
}

// removalOf returns the account's removal in progress, or nil.
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
	result := MFARemoval{RequestedAt: truncateToSecond(r.RequestedAt), Stopped: r.ClockPaused, Ready: r.Ready()}
	if left := seconds(r.Remaining); left != nil {
		result.RemainingSeconds = *left
	}
	return result
}

// signInTokenOf returns the token of a pending sign-in and how it was sent: in the body, or else in its cookie.
func signInTokenOf(ctx context.Context, inBody *string) (secret.Text, session.Delivery) {
	if inBody != nil {
		return secret.New(*inBody), session.Token
	}
	return requestFrom(ctx).signInToken, session.Cookie
}
