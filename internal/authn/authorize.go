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
// Administrators need two factors even to read.
func (s *Service) Authorize(ctx context.Context, sess session.Session, req Requirements) error {
	twoFactors := sess.AMR.ACR() == session.AAL2
	mayHaveToEnroll := !req.WhileEnrolling && !twoFactors && s.Methods.Policy.RequiredAt(s.Now())
	if req.Role == "" && !mayHaveToEnroll {
		return nil
	}
	st, err := s.Store.Load(ctx, SnapshotQuery{AccountID: sess.AccountID, At: s.Now()})
	if err != nil {
		return fmt.Errorf("load account snapshot: %w", err)
	}
	switch {
	case mayHaveToEnroll && !st.Enabled():
		return ErrEnrollmentRequired
	case req.Role == "":
		return nil
	case st.Account.Role != req.Role || st.Account.Disabled():
		return ErrForbidden
	case !twoFactors || !st.Enabled():
		return mfa.ErrMFANotEnabled
	}
	return nil
}
