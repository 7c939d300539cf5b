package api

import (
	"context"
	"net/http"

	"github.com/oapi-codegen/nullable"

	"twofold/internal/mfa"
	"twofold/internal/secret"
)

// GetMFA answers the methods, and what is pending.
func (s *Server) GetMFA(ctx context.Context, _ GetMFARequestObject) (GetMFAResponseObject, error) {
	accountID := callOf(ctx).session.AccountID
	st, err := s.Methods.State(ctx, accountID)
	if err != nil {
		return nil, err
	}
	a := GetMFA200JSONResponse{
		Enabled:       len(st.Methods) > 0,
		Methods:       make([]MFAMethod, len(st.Methods)),
		RecoveryCodes: stockOf(st.Stock),
		Policy: MFAPolicy{
			MaxMethods: s.Methods.Limits.Methods,
			Required:   s.Methods.Policy.Demands(s.Now()), RequiredFrom: moment(s.Methods.Policy.From),
		},
	}
	for i, m := range st.Methods {
		a.Methods[i] = method(m)
	}
	if a.Removal, err = s.removalOf(ctx, accountID); err != nil {
		return nil, err
	}
	if pending := st.Enrollment; pending.ID != "" {
		a.PendingEnrollment = &PendingEnrollment{
			ID: id(pending.ID), Name: pending.Name,
			CreatedAt: second(pending.CreatedAt), ExpiresAt: second(pending.ExpiresAt),
		}
		if pending.Replaces != "" {
			a.PendingEnrollment.Replaces = new(id(pending.Replaces))
		}
	}
	return a, nil
}

// BeginTOTPEnrollment makes a key and shows it, once.
func (s *Server) BeginTOTPEnrollment(ctx context.Context, r BeginTOTPEnrollmentRequestObject) (BeginTOTPEnrollmentResponseObject, error) {
	call := callOf(ctx)
	wanted := mfa.Beginning{Email: call.shown.Account.Email}
	if r.Body != nil {
		wanted.Name = text(r.Body.Name)
		if r.Body.Replaces != nil {
			wanted.Replaces = r.Body.Replaces.String()
		}
	}
	begun, err := s.Methods.Begin(ctx, call.session, wanted, call.shown.Grant)
	if err != nil {
		return nil, err
	}
	shown, err := totpEnrollment(begun)
	return BeginTOTPEnrollment201JSONResponse(shown), err
}

// ConfirmTOTPEnrollment turns an enrollment into a method.
func (s *Server) ConfirmTOTPEnrollment(ctx context.Context, r ConfirmTOTPEnrollmentRequestObject) (ConfirmTOTPEnrollmentResponseObject, error) {
	m, change, err := s.Methods.Confirm(ctx, callOf(ctx).session, r.ID.String(), r.Body.Code, text(r.Body.Name))
	if err != nil {
		return nil, err
	}
	body := ConfirmedMethod{Method: method(m), Receipt: receipt(change)}
	if len(change.Codes) > 0 {
		body.RecoveryCodes = new(shown(change.Codes))
	}
	return answer{status: http.StatusCreated, cookies: s.renewed(change.NewToken), body: body}, nil
}

// CancelTOTPEnrollment ends an enrollment.
func (s *Server) CancelTOTPEnrollment(ctx context.Context, r CancelTOTPEnrollmentRequestObject) (CancelTOTPEnrollmentResponseObject, error) {
	if err := s.Methods.Cancel(ctx, callOf(ctx).session.AccountID, r.ID.String()); err != nil {
		return nil, err
	}
	return CancelTOTPEnrollment204Response{}, nil
}

// RenameMFAMethod gives a method another name.
func (s *Server) RenameMFAMethod(ctx context.Context, r RenameMFAMethodRequestObject) (RenameMFAMethodResponseObject, error) {
	m, err := s.Methods.Rename(ctx, callOf(ctx).session.AccountID, r.ID.String(), r.Body.Name)
	if err != nil {
		return nil, err
	}
	return RenameMFAMethod200JSONResponse(method(m)), nil
}

// RemoveMFAMethod takes a method away.
func (s *Server) RemoveMFAMethod(ctx context.Context, r RemoveMFAMethodRequestObject) (RemoveMFAMethodResponseObject, error) {
	call := callOf(ctx)
	change, err := s.Methods.Remove(ctx, call.session, r.ID.String(), call.shown.Grant)
	if err != nil {
		return nil, err
	}
	return answer{
		status:  http.StatusOK,
		cookies: s.renewed(change.NewToken),
		body:    receipt(change),
	}, nil
}

// GenerateRecoveryCodes makes recovery codes and shows them, once.
func (s *Server) GenerateRecoveryCodes(ctx context.Context, _ GenerateRecoveryCodesRequestObject) (GenerateRecoveryCodesResponseObject, error) {
	call := callOf(ctx)
	change, err := s.Methods.GenerateRecoveryCodes(ctx, call.session, call.shown.Grant)
	if err != nil {
		return nil, err
	}
	return answer{
		status:  http.StatusCreated,
		cookies: s.renewed(change.NewToken),
		body:    GeneratedRecoveryCodes{RecoveryCodes: shown(change.Codes), Receipt: receipt(change)},
	}, nil
}

// shown is recovery codes for the one answer that they are in.
func shown(codes []secret.Text) RecoveryCodes {
	words := make(RecoveryCodes, len(codes))
	for i, c := range codes {
		words[i] = c.Reveal()
	}
	return words
}

// stockOf is null where there are no recovery codes.
func stockOf(stock mfa.Stock) nullable.Nullable[RecoveryCodeStock] {
	if stock.GeneratedAt.IsZero() {
		return nullable.NewNullNullable[RecoveryCodeStock]()
	}
	shown := RecoveryCodeStock{Remaining: stock.Left, Total: stock.Total, GeneratedAt: second(stock.GeneratedAt)}
	if stock.Retired {
		shown.Retired = new(true)
	}
	return nullable.NewNullableWithValue(shown)
}

// receipt is what a change of proofs did.
func receipt(c mfa.Change) Receipt {
	return Receipt{SessionsEnded: c.SessionsEnded, NoticesSent: c.NoticesSent, RecoveryCodesLeft: c.CodesLeft}
}

func method(m mfa.Method) MFAMethod {
	return MFAMethod{
		ID: id(m.ID), Type: MFAMethodType(m.Type), Name: m.Name, Suspended: m.Suspended(),
		CreatedAt: second(m.CreatedAt), LastUsedAt: second(m.LastUsedAt),
	}
}
