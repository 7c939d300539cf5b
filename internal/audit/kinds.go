package audit

// Kind names an event: the noun first, then what happened to it.
type Kind string

const (
	SignInSucceeded        Kind = "sign_in.succeeded"
	SignInPending          Kind = "sign_in.pending"
	SignInFailed           Kind = "sign_in.failed"
	SignInThrottled        Kind = "sign_in.throttled"
	StepUpIssued           Kind = "step_up.issued"
	StepUpUsed             Kind = "step_up.used"
	StepUpRefused          Kind = "step_up.refused"
	TokenRefused           Kind = "token.refused"
	EnrollmentBegun        Kind = "enrollment.begun"
	EnrollmentConfirmed    Kind = "enrollment.confirmed"
	EnrollmentCancelled    Kind = "enrollment.cancelled"
	EnrollmentExpired      Kind = "enrollment.expired"
	EnrollmentFailed       Kind = "enrollment.failed"
	MethodRenamed          Kind = "method.renamed"
	MethodRemoved          Kind = "method.removed"
	MethodReplaced         Kind = "method.replaced"
	MethodDisabled         Kind = "method.disabled"
	RecoveryCodesGenerated Kind = "recovery_codes.generated"
	RecoveryCodesUsed      Kind = "recovery_codes.used"
	RecoveryCodesFailed    Kind = "recovery_codes.failed"
	RecoveryCodesLow       Kind = "recovery_codes.low"
	PasswordChanged        Kind = "password.changed"
	PasswordResetRequested Kind = "password.reset_requested"
	PasswordReset          Kind = "password.reset"
	EmailChangeRequested   Kind = "email.change_requested"
	EmailChanged           Kind = "email.changed"
	NoticeEmailRequested   Kind = "notice_email.change_requested"
	NoticeEmailChanged     Kind = "notice_email.changed"
	NoticeEmailRemoved     Kind = "notice_email.removed"
	ProfileChanged         Kind = "profile.changed"
	SessionCreated         Kind = "session.created"
	SessionEnded           Kind = "session.ended"
	AccountCreated         Kind = "account.created"
	AccountMFAReset        Kind = "account.mfa_reset"
	AccountPasswordReset   Kind = "account.password_reset"
	AccountInvited         Kind = "account.invited"
	AccountViewed          Kind = "account.viewed"    // by an administrator
	AccountsSearched       Kind = "accounts.searched" // by an administrator
	AccountDisabled        Kind = "account.disabled"
	AccountEnabled         Kind = "account.enabled"
	AccountRoleGranted     Kind = "account.role_granted"
	AccountRoleRevoked     Kind = "account.role_revoked"
	RemovalRequested       Kind = "mfa_removal.requested"
	RemovalCancelled       Kind = "mfa_removal.cancelled"
	RemovalCompleted       Kind = "mfa_removal.completed"
	RemovalExpired         Kind = "mfa_removal.expired"
	NotMeReported          Kind = "not_me.reported"
	NoticeUndelivered      Kind = "notice.undelivered"
	CodeReplayed           Kind = "code.replayed"
	CrossOriginRefused     Kind = "cross_origin.refused"
	KeyPublished           Kind = "key.published"
	KeyRotated             Kind = "key.rotated"
	KeyRevoked             Kind = "key.revoked"
	DatabaseFenced         Kind = "database.fenced"
	DatabaseAccepted       Kind = "database.accepted"
)

// namesAddress reports whether the name of such an event is an email address. The activity stores it; the log, which is
// copied to other systems, leaves it out.
func (k Kind) namesAddress() bool {
	switch k {
	case EmailChangeRequested, EmailChanged, NoticeEmailRequested, NoticeEmailChanged, NoticeEmailRemoved:
		return true
	}
	return false
}
