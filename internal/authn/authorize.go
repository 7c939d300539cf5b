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
	// ErrForbidden means that something is there for accounts of a role that this one does not have: for it, it is not there.
	ErrForbidden = errors.New("account has not the role")
	// ErrEnrollmentRequired means that MFA is required, and the account has to enroll before it does anything else.
	ErrEnrollmentRequired = errors.New("enrollment required")
)

// Requirements is what an operation asks of a session before anything else.
type Requirements struct {
	Role           account.Role // that the account has; empty: any
	WhileEnrolling bool         // an account may do it that has to have MFA and has none
}

// Authorize says whether a session may do what asks for that. It answers ErrEnrollmentRequired; ErrNoRole for an account
// without the role; and mfa.ErrMFANotEnabled for one that has the role and no MFA, or in a session that was signed in
// without: who looks after others proves who they are by two factors, also for looking.
func (s *Service) Authorize(ctx context.Context, sess session.Session, e Requirements) error {
	strong := sess.AMR.ACR() == session.AAL2
	enrolls := !e.WhileEnrolling && !strong && s.Methods.Policy.RequiredAt(s.Now())
	if e.Role == "" && !enrolls {
		return nil
	}
	st, err := s.Store.Load(ctx, SnapshotQuery{AccountID: sess.AccountID, At: s.Now()})
	if err != nil {
		return fmt.Errorf("look who it is: %w", err)
	}
	switch {
	case enrolls && !st.Enabled():
		return ErrEnrollmentRequired
	case e.Role == "":
		return nil
	case st.Account.Role != e.Role || st.Account.Disabled():
		return ErrForbidden
	case !strong || !st.Enabled():
		return mfa.ErrMFANotEnabled
	}
	return nil
}
