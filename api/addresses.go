package api

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/mailaddr"
	"twofold/internal/secret"
)

// ChangeEmail mails a confirmation link to a new sign-in address.
func (s *Server) ChangeEmail(ctx context.Context, r ChangeEmailRequestObject) (ChangeEmailResponseObject, error) {
	call := requestFrom(ctx)
	p, err := s.Accounts.ChangeAddress(ctx, call.session.AccountID, account.Email, r.Body.Email, call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	return ChangeEmail202JSONResponse(pendingAddress(p)), nil
}

// SetNoticeEmail mails a confirmation link to a second address for notices.
func (s *Server) SetNoticeEmail(ctx context.Context, r SetNoticeEmailRequestObject) (SetNoticeEmailResponseObject, error) {
	call := requestFrom(ctx)
	p, err := s.Accounts.ChangeAddress(ctx, call.session.AccountID, account.NoticeEmail, r.Body.Email, call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	return SetNoticeEmail202JSONResponse(pendingAddress(p)), nil
}

// RemoveNoticeEmail removes the second address.
func (s *Server) RemoveNoticeEmail(ctx context.Context, _ RemoveNoticeEmailRequestObject) (RemoveNoticeEmailResponseObject, error) {
	call := requestFrom(ctx)
	done, err := s.Accounts.RemoveNoticeEmail(ctx, call.session.AccountID, call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	return RemoveNoticeEmail200JSONResponse(receiptBody(done)), nil
}

// CancelPendingAddress deletes an unconfirmed address.
func (s *Server) CancelPendingAddress(ctx context.Context, _ CancelPendingAddressRequestObject) (CancelPendingAddressResponseObject, error) {
	if err := s.Accounts.CancelAddress(ctx, requestFrom(ctx).session.AccountID); err != nil {
		return nil, err
	}
	return CancelPendingAddress204Response{}, nil
}

// ConfirmAddress applies the change that a mailed link confirms.
func (s *Server) ConfirmAddress(ctx context.Context, r ConfirmAddressRequestObject) (ConfirmAddressResponseObject, error) {
	p, err := s.Accounts.ConfirmAddress(ctx, secret.New(r.Body.Token))
	if err != nil {
		return nil, err
	}
	return ConfirmAddress200JSONResponse{Kind: AddressKind(p.Kind), Email: mailaddr.ToUnicode(p.Email)}, nil
}
