package notify

import "time"

// Kind is the event that a notice is about. The texts of each kind are in the catalogs.
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
	PasswordWithoutCode      Kind = "password_without_code"
	MFAReset                 Kind = "mfa_reset" // by an operator or an administrator
	MFARequiredSoon          Kind = "mfa_required_soon"
	AccountDisabled          Kind = "account_disabled"
	AccountEnabled           Kind = "account_enabled"

	Invitation           Kind = "invitation" // with the link that sets the first password
	PasswordResetLink    Kind = "password_reset_link"
	PasswordResetDone    Kind = "password_reset_done"
	PasswordResetForced  Kind = "password_reset_forced"   // after a dispute: the address that the user signs in with gets a link
	PasswordRemoved      Kind = "password_taken"          // after a dispute: the other addresses get no link
	PasswordResetByAdmin Kind = "password_reset_by_admin" // with a link in the copy that has Until
	MethodSuspended      Kind = "method_suspended"

	ConfirmEmail         Kind = "confirm_email"        // to the new address
	ConfirmNoticeEmail   Kind = "confirm_notice_email" // to the new address
	AddressInUse         Kind = "address_in_use"       // to a new address that another account signs in with
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

// hasDisputeLink reports whether notices of this kind carry a dispute link, because an attacker may have made the change.
func (k Kind) hasDisputeLink() bool {
	switch k {
	case MethodAdded, MethodRemoved, MethodReplaced, RecoveryCodesGenerated, RecoveryCodeUsed, PasswordChanged, NewDevice,
		SignInAfterFailures, PasswordWithoutCode, PasswordResetDone, EmailChangeRequested, EmailChanged, NoticeEmailChanged, NoticeEmailRemoved:
		return true
	}
	return false
}

// queueDelay returns how far back in the queue messages of this kind are put, so that links and notices of changes do not
// wait for many others. A message that was enqueued longer than that before another is still sent first.
func (k Kind) queueDelay() time.Duration {
	switch k {
	case NewDevice: // any sign-in can cause one
		return 10 * time.Minute
	case MFARequiredSoon, RecoveryCodesInvalidated, Invitation: // for many accounts at once
		return time.Hour
	}
	return 0
}

// aboutAddress reports whether the name in notices of this kind is an email address.
func (k Kind) aboutAddress() bool {
	switch k {
	case ConfirmEmail, ConfirmNoticeEmail, AddressInUse, EmailChangeRequested, EmailChanged, NoticeEmailChanged, NoticeEmailRemoved:
		return true
	}
	return false
}

// toUnverified reports whether notices of this kind go to an address that is not confirmed to be the account's.
func (k Kind) toUnverified() bool {
	return k == ConfirmEmail || k == ConfirmNoticeEmail || k == AddressInUse || k == Invitation
}
