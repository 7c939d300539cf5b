package notify

// Kind is what a notice is about. The words for each are in the catalogs.
type Kind string

const (
	MethodAdded              Kind = "method_added"
	MethodRemoved            Kind = "method_removed"
	MethodReplaced           Kind = "method_replaced"
	RecoveryCodesGenerated   Kind = "recovery_codes_generated"
	RecoveryCodeUsed         Kind = "recovery_code_used"
	RecoveryCodesInvalidated Kind = "recovery_codes_retired" // a backup was restored
	PasswordChanged          Kind = "password_changed"
	NewDevice                Kind = "new_device"
	SignInAfterFailures      Kind = "failures_then_success"
	MFAReset                 Kind = "mfa_reset" // by an operator or an administrator
	MFARequiredSoon          Kind = "mfa_required_soon"
	AccountDisabled          Kind = "account_disabled"
	AccountEnabled           Kind = "account_enabled"

	PasswordResetLink   Kind = "password_reset_link"
	PasswordResetDone   Kind = "password_reset_done"
	PasswordResetForced Kind = "password_reset_forced" // somebody said "this was not me"
	PasswordRemoved     Kind = "password_taken"        // the same, to the addresses that get no link
	MethodSuspended     Kind = "method_suspended"

	ConfirmEmail         Kind = "confirm_email"        // to the new address
	ConfirmNoticeEmail   Kind = "confirm_notice_email" // to the new address
	AddressInUse         Kind = "address_in_use"       // to a new address that is another account's
	EmailChangeRequested Kind = "email_change_asked"
	EmailChanged         Kind = "email_changed"
	NoticeEmailChanged   Kind = "notice_email_changed"
	NoticeEmailRemoved   Kind = "notice_email_removed"

	RemovalRequested Kind = "removal_requested"
	RemovalReminder  Kind = "removal_reminder"
	RemovalReady     Kind = "removal_ready" // with the link that completes it
	RemovalCancelled Kind = "removal_cancelled"
	RemovalCompleted Kind = "removal_completed"
)

// hasDisputeLink says whether a notice carries a "this was not me" link: it tells of a change that somebody else may have
// made.
func (k Kind) hasDisputeLink() bool {
	switch k {
	case MethodAdded, MethodRemoved, MethodReplaced, RecoveryCodesGenerated, RecoveryCodeUsed, PasswordChanged, NewDevice,
		SignInAfterFailures, PasswordResetDone, EmailChangeRequested, EmailChanged, NoticeEmailChanged, NoticeEmailRemoved:
		return true
	}
	return false
}

// aboutAddress says whether a notice's name is an e-mail address.
func (k Kind) aboutAddress() bool {
	switch k {
	case ConfirmEmail, ConfirmNoticeEmail, AddressInUse, EmailChangeRequested, EmailChanged, NoticeEmailChanged, NoticeEmailRemoved:
		return true
	}
	return false
}

// toUnverified says whether a notice goes to an address that nobody has shown to be the account's.
func (k Kind) toUnverified() bool {
	return k == ConfirmEmail || k == ConfirmNoticeEmail || k == AddressInUse
}
