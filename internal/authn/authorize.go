package authn

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/mfa"
	"twofold/internal/session"
)

var (
	// ErrForbidden means that the operation needs a role that the account does not have. Such an account is not to learn
	// that the operation exists.
	ErrForbidden = errors.New("account does not have the role")
	// ErrEnrollmentRequired means that MFA is required and the account must enroll before it does anything else.
	ErrEnrollmentRequired = errors.New("enrollment required")
)

// Requirements is what an operation requires of a session.
type Requirements struct {
	Role           account.Role // of the account; empty: any
	WhileEnrolling bool         // allowed for an account that must enroll and has not yet
}

// Authorize checks that sess meets req. It returns ErrEnrollmentRequired if the account must enroll first, ErrForbidden if
// it lacks the role, and mfa.ErrMFANotEnabled if it has the role but the account or the session has only one factor.
// Administrators need two factors even to read. Whether the account must enroll follows from its methods as they are now: a
// session with two factors outlives the removal of the last method.
func (s *Service) Authorize(ctx context.Context, sess session.Session, req Requirements) error {
	mustHaveMFA := !req.WhileEnrolling && s.Methods.Policy.RequiredAt(s.Now())
	if req.Role == "" {
		return s.requireEnrolled(ctx, sess.AccountID, mustHaveMFA)
	}
	st, err := s.Store.Load(ctx, SnapshotQuery{AccountID: sess.AccountID, At: s.Now()})
	if err != nil {
		return fmt.Errorf("load account snapshot: %w", err)
	}
	switch {
	case mustHaveMFA && !st.Enabled():
		return ErrEnrollmentRequired
	case st.Account.Role != req.Role || st.Account.Disabled():
		return ErrForbidden
	case sess.AMR.ACR() != session.AAL2 || !st.Enabled():
		return mfa.ErrMFANotEnabled
	}
	return nil
}

// requireEnrolled returns ErrEnrollmentRequired if the account must have MFA and has no method.
func (s *Service) requireEnrolled(ctx context.Context, accountID string, mustHaveMFA bool) error {
	if !mustHaveMFA {
		return nil
	}
	enabled, err := s.Methods.Enabled(ctx, accountID)
	if err != nil {
		return fmt.Errorf("read methods: %w", err)
	}
	if !enabled {
		return ErrEnrollmentRequired
	}
	return nil
}
