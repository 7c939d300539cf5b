package api

import (
	"context"
	"net/http"

	"github.com/oapi-codegen/nullable"

	"twofold/internal/mfa"
	"twofold/internal/secret"
)

// GetMFA returns the methods and the pending enrollment.
func (s *Server) GetMFA(ctx context.Context, _ GetMFARequestObject) (GetMFAResponseObject, error) {
	answer, err := s.mfaOf(ctx, requestFrom(ctx).session.AccountID)
	return GetMFA200JSONResponse(answer), err
}

func (s *Server) mfaOf(ctx context.Context, accountID string) (MFA, error) {
	st, err := s.Methods.State(ctx, accountID)
	if err != nil {
		return MFA{}, err
	}
	a := MFA{
		Enabled:       len(st.Methods) > 0,
		Methods:       make([]MFAMethod, len(st.Methods)),
		RecoveryCodes: recoveryCodeStatus(st.RecoveryCodes),
		Policy: MFAPolicy{
			MaxMethods: s.Methods.Limits.Methods,
			Required:   s.Methods.Policy.RequiredAt(s.Now()), RequiredFrom: optionalTime(s.Methods.Policy.From),
		},
	}
	for i, m := range st.Methods {
		a.Methods[i] = method(m)
	}
	if a.Removal, err = s.removalOf(ctx, accountID); err != nil {
		return MFA{}, err
	}
	if pending := st.Enrollment; pending.ID != "" {
		a.PendingEnrollment = &PendingEnrollment{
			ID: mustUUID(pending.ID), Name: pending.Name,
			CreatedAt: truncateToSecond(pending.CreatedAt), ExpiresAt: truncateToSecond(pending.ExpiresAt),
		}
		if pending.Replaces != "" {
			a.PendingEnrollment.Replaces = new(mustUUID(pending.Replaces))
		}
	}
	return a, nil
}

// BeginTOTPEnrollment creates a TOTP key and returns it once.
func (s *Server) BeginTOTPEnrollment(ctx context.Context, r BeginTOTPEnrollmentRequestObject) (BeginTOTPEnrollmentResponseObject, error) {
	call := requestFrom(ctx)
	wanted := mfa.EnrollmentRequest{Email: call.stepUp.Account.Email}
	if r.Body != nil {
		wanted.Name = deref(r.Body.Name)
		if r.Body.Replaces != nil {
			wanted.Replaces = r.Body.Replaces.String()
		}
	}
	begun, err := s.Methods.Begin(ctx, call.session, wanted, call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	shown, err := totpEnrollment(begun)
	return BeginTOTPEnrollment201JSONResponse(shown), err
}

// ConfirmTOTPEnrollment registers the method of an enrollment.
func (s *Server) ConfirmTOTPEnrollment(ctx context.Context, r ConfirmTOTPEnrollmentRequestObject) (ConfirmTOTPEnrollmentResponseObject, error) {
	call := requestFrom(ctx)
	m, change, err := s.Methods.Confirm(ctx, call.session, r.ID.String(), r.Body.Code, deref(r.Body.Name), call.device)
	if err != nil {
		return nil, err
	}
	body := ConfirmedMethod{Method: method(m), Receipt: receiptBody(change.Receipt)}
	if len(change.RecoveryCodes) > 0 {
		body.RecoveryCodes = new(revealCodes(change.RecoveryCodes))
	}
	return cookieResponse{status: http.StatusCreated, cookies: s.rotatedCookie(change.NewToken), body: body}, nil
}

// CancelTOTPEnrollment deletes a pending enrollment.
func (s *Server) CancelTOTPEnrollment(ctx context.Context, r CancelTOTPEnrollmentRequestObject) (CancelTOTPEnrollmentResponseObject, error) {
	if err := s.Methods.Cancel(ctx, requestFrom(ctx).session.AccountID, r.ID.String()); err != nil {
		return nil, err
	}
	return CancelTOTPEnrollment204Response{}, nil
}

// RenameMFAMethod renames a method.
func (s *Server) RenameMFAMethod(ctx context.Context, r RenameMFAMethodRequestObject) (RenameMFAMethodResponseObject, error) {
	m, err := s.Methods.Rename(ctx, requestFrom(ctx).session.AccountID, r.ID.String(), r.Body.Name)
	if err != nil {
		return nil, err
	}
	return RenameMFAMethod200JSONResponse(method(m)), nil
}

// RemoveMFAMethod removes a method.
func (s *Server) RemoveMFAMethod(ctx context.Context, r RemoveMFAMethodRequestObject) (RemoveMFAMethodResponseObject, error) {
	call := requestFrom(ctx)
	change, err := s.Methods.Remove(ctx, call.session, r.ID.String(), call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	return cookieResponse{
		status:  http.StatusOK,
		cookies: s.rotatedCookie(change.NewToken),
		body:    receiptBody(change.Receipt),
	}, nil
}

// GenerateRecoveryCodes creates recovery codes and returns them once.
func (s *Server) GenerateRecoveryCodes(ctx context.Context, _ GenerateRecoveryCodesRequestObject) (GenerateRecoveryCodesResponseObject, error) {
	call := requestFrom(ctx)
	change, err := s.Methods.GenerateRecoveryCodes(ctx, call.session, call.stepUp.Grant)
	if err != nil {
		return nil, err
	}
	return cookieResponse{
		status:  http.StatusCreated,
		cookies: s.rotatedCookie(change.NewToken),
		body:    GeneratedRecoveryCodes{RecoveryCodes: revealCodes(change.RecoveryCodes), Receipt: receiptBody(change.Receipt)},
	}, nil
}

// revealCodes returns the text of recovery codes for the only response that contains them.
func revealCodes(codes []secret.Text) RecoveryCodes {
	words := make(RecoveryCodes, len(codes))
	for i, c := range codes {
		words[i] = c.Reveal()
	}
	return words
}

// recoveryCodeStatus returns nil if the account has no recovery codes.
func recoveryCodeStatus(stock mfa.RecoveryCodeStatus) nullable.Nullable[RecoveryCodeStock] {
	if stock.GeneratedAt.IsZero() {
		return nullable.NewNullNullable[RecoveryCodeStock]()
	}
	shown := RecoveryCodeStock{Remaining: stock.Left, Total: stock.Total, GeneratedAt: truncateToSecond(stock.GeneratedAt)}
	if stock.Invalidated {
		shown.Retired = new(true)
	}
	return nullable.NewNullableWithValue(shown)
}

func method(m mfa.Method) MFAMethod {
	return MFAMethod{
		ID: mustUUID(m.ID), Type: MFAMethodType(m.Type), Name: m.Name, Suspended: m.Suspended(),
		CreatedAt: truncateToSecond(m.CreatedAt), LastUsedAt: truncateToSecond(m.LastUsedAt),
	}
}
