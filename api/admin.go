package api

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/mailaddr"
	"twofold/internal/session"
)

// FindAccounts returns accounts by address prefix.
func (s *Server) FindAccounts(ctx context.Context, r FindAccountsRequestObject) (FindAccountsResponseObject, error) {
	requested := parsePage(r.Params.Limit, r.Params.Cursor)
	found, err := s.Administration.Find(ctx, requestFrom(ctx).session.AccountID, deref(r.Params.Email), requested.after, requested.fetchLimit())
	if err != nil {
		return nil, err
	}
	found, next := paginate(requested, found, func(f admin.AccountSummary) string { return f.Account.ID })
	list := FindAccounts200JSONResponse{Items: make([]FoundAccount, len(found)), NextCursor: next}
	for i, f := range found {
		list.Items[i] = FoundAccount{
			ID: mustUUID(f.Account.ID), Email: mailaddr.ToUnicode(f.Account.Email), DisplayName: f.Account.DisplayName, Role: role(f.Account),
			Disabled: f.Account.Disabled(), MFA: f.MFA, CreatedAt: truncateToSecond(f.Account.CreatedAt),
		}
	}
	return list, nil
}

// InviteAccount adds an account without a password and mails its user a link to set the first one.
func (s *Server) InviteAccount(ctx context.Context, r InviteAccountRequestObject) (InviteAccountResponseObject, error) {
	call := requestFrom(ctx)
	sent, err := s.Accounts.Invite(ctx, account.NewInvitation{
		Email: r.Body.Email, Language: deref((*string)(r.Body.Language)), Actor: call.session.AccountID, Grant: call.stepUp.Grant,
	})
	if err != nil {
		return nil, err
	}
	return InviteAccount201JSONResponse{ID: mustUUID(sent.Account.ID), Email: mailaddr.ToUnicode(sent.Account.Email), ExpiresAt: truncateToSecond(sent.ExpiresAt)}, nil
}

// InspectAccount returns the state of an account.
func (s *Server) InspectAccount(ctx context.Context, r InspectAccountRequestObject) (InspectAccountResponseObject, error) {
	here := requestFrom(ctx).session
	st, err := s.Administration.Details(ctx, here.AccountID, r.ID.String())
	if err != nil {
		return nil, err
	}
	return InspectAccount200JSONResponse(s.accountState(st, here)), nil
}

func (s *Server) accountState(st admin.AccountDetails, current session.Session) AccountState {
	a := st.Account
	result := AccountState{
		ID: mustUUID(a.ID), Email: mailaddr.ToUnicode(a.Email), DisplayName: a.DisplayName, Language: Language(a.Language), Role: role(a),
		CreatedAt: truncateToSecond(a.CreatedAt), DisabledAt: optionalTime(a.DisabledAt), PasswordChangedAt: optionalTime(a.PasswordChangedAt),
		HasPassword: a.PasswordHash != "", LastSignInAt: optionalTime(st.LastSignIn),
		MFAEnabled: len(st.MFA.Methods) > 0, Methods: make([]MFAMethod, len(st.MFA.Methods)),
		Sessions: make([]ListedSession, len(st.Sessions)), HeldProofs: make([]HeldProof, len(st.Lockouts)),
	}
	for i, m := range st.MFA.Methods {
		result.Methods[i] = method(m)
	}
	if stock := recoveryCodeStatus(st.MFA.RecoveryCodes); !stock.IsNull() {
		result.RecoveryCodes = new(stock.MustGet())
	}
	if st.Removal.ID != "" {
		result.Removal = new(removalStatus(st.Removal))
	}
	for i, sess := range st.Sessions {
		result.Sessions[i] = s.listedSession(sess, current)
	}
	for i, h := range st.Lockouts {
		result.HeldProofs[i] = HeldProof{Proof: ProofMethod(h.Kind), Until: optionalTime(h.LockedUntil)}
	}
	return result
}

// ListAccountActivity returns the activity of an account, with the administrators who acted.
func (s *Server) ListAccountActivity(ctx context.Context, r ListAccountActivityRequestObject) (ListAccountActivityResponseObject, error) {
	requested := parsePage(r.Params.Limit, r.Params.Cursor)
	entries, err := s.Administration.Activity(ctx, requestFrom(ctx).session.AccountID, r.ID.String(), requested.after, requested.fetchLimit())
	if err != nil {
		return nil, err
	}
	list := activityList(requested, entries)
	for i := range list.Items {
		if actor := entries[i].Actor; actor != "" {
			list.Items[i].AdministratorID = new(mustUUID(actor))
		}
	}
	return ListAccountActivity200JSONResponse(list), nil
}

// EndAccountSessions signs an account out everywhere.
func (s *Server) EndAccountSessions(ctx context.Context, r EndAccountSessionsRequestObject) (EndAccountSessionsResponseObject, error) {
	done, err := s.Administration.EndSessions(ctx, actOn(ctx, r.ID.String(), r.Body.Reason))
	return EndAccountSessions200JSONResponse(receiptBody(done)), err
}

// DisableAccount blocks an account from signing in.
func (s *Server) DisableAccount(ctx context.Context, r DisableAccountRequestObject) (DisableAccountResponseObject, error) {
	done, err := s.Administration.Disable(ctx, actOn(ctx, r.ID.String(), r.Body.Reason))
	return DisableAccount200JSONResponse(receiptBody(done)), err
}

// EnableAccount allows a disabled account to sign in again.
func (s *Server) EnableAccount(ctx context.Context, r EnableAccountRequestObject) (EnableAccountResponseObject, error) {
	done, err := s.Administration.Enable(ctx, actOn(ctx, r.ID.String(), r.Body.Reason))
	return EnableAccount200JSONResponse(receiptBody(done)), err
}

// ResetAccountMFA removes all MFA methods of an account.
func (s *Server) ResetAccountMFA(ctx context.Context, r ResetAccountMFARequestObject) (ResetAccountMFAResponseObject, error) {
	_, done, err := s.Administration.ResetMFA(ctx, actOn(ctx, r.ID.String(), r.Body.Reason))
	return ResetAccountMFA200JSONResponse(receiptBody(done)), err
}

// ResetAccountPassword removes the password of an account and mails its owner a link to set a new one.
func (s *Server) ResetAccountPassword(ctx context.Context, r ResetAccountPasswordRequestObject) (ResetAccountPasswordResponseObject, error) {
	_, done, err := s.Administration.ResetPassword(ctx, actOn(ctx, r.ID.String(), r.Body.Reason), false)
	return ResetAccountPassword200JSONResponse(receiptBody(done)), err
}

// actOn returns the action that the caller takes on an account.
func actOn(ctx context.Context, accountID, reason string) admin.Action {
	call := requestFrom(ctx)
	return admin.Action{Target: accountID, Actor: call.session.AccountID, Grant: call.stepUp.Grant, Reason: reason}
}
