package notify

import (
	"time"

	"twofold/internal/maillink"
)

var english = catalog{
	hello: "Hello", helloNoName: "Hello",
	when: "When", where: "IP address", device: "Device", on: "on",
	help:      "Need help? Contact support:",
	why:       "You receive this email because it concerns the security of your account. We never ask you for your password or a code.",
	date:      func(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") },
	noDispute: textFor("If you do not recognize this, contact {{.Product}} support."),
	dispute: textFor("If this was not you, open the link “This was not me” below and confirm. This signs out all devices. " +
		"If this email is about an authenticator app, it also suspends that app, or removes all apps if this was the first one. If it is about recovery codes, it deletes all of them. " +
		"Then set a new password. The link works once. If it has expired, change your password right away."),
	actions: map[maillink.Purpose]string{
		maillink.ResetPassword:   "Set your password",
		maillink.ConfirmAddress:  "Confirm this address",
		maillink.CompleteRemoval: "Remove MFA",
		maillink.CancelRemoval:   "Cancel the removal",
		maillink.NotMe:           "This was not me",
	},
	notices: map[Kind]text{
		MethodAdded: {
			subject: "A new authenticator app was added to your account",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}An authenticator app{{end}} was added to your {{.Product}} account. Its codes can now be used to sign in, together with your password."),
		},
		MethodRemoved: {
			subject: "An authenticator app was removed from your account",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}An authenticator app{{end}} was removed from your {{.Product}} account. Its codes no longer work."),
		},
		MethodReplaced: {
			subject: "An authenticator app on your account was replaced",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}A new authenticator app{{end}} replaced another one on your {{.Product}} account. The codes of the old app no longer work."),
		},
		RecoveryCodesGenerated: {
			subject: "New recovery codes were generated for your account",
			text:    textFor("New recovery codes were generated for your {{.Product}} account. Older codes no longer work."),
		},
		RecoveryCodeUsed: {
			subject: "A recovery code was used on your account",
			text:    textFor("A recovery code was used on your {{.Product}} account. {{if eq .Count 0}}You have no codes left. Generate new ones in your account settings.{{else if eq .Count 1}}You have one code left. Generate new ones in your account settings.{{else}}You have {{.Count}} codes left.{{end}}"),
		},
		RecoveryCodesInvalidated: {
			subject: "Your recovery codes no longer work",
			text:    textFor("{{.Product}} was restored from a backup. The backup does not show which recovery codes were used after it was made. Therefore, none of your recovery codes works any more, and you were signed out on all devices. Sign in with your authenticator app and generate new recovery codes in your account settings. Also check there that your latest changes are still in place."),
			ifNotMe: textFor("This happened to all accounts of {{.Product}}."),
		},
		PasswordChanged: {
			subject: "Your password was changed",
			text:    textFor("The password of your {{.Product}} account was changed. Your other devices were signed out."),
		},
		NewDevice: {
			subject: "A new device signed in to your account",
			text:    textFor("There was a sign-in to your {{.Product}} account from a device that has not been used with it before."),
		},
		SignInAfterFailures: {
			subject: "Sign-in to your account after failed attempts",
			text:    textFor("There was a sign-in to your {{.Product}} account after {{if .Count}}{{.Count}} failed attempts{{else}}several failed attempts{{end}}."),
		},
		PasswordWithoutCode: {
			subject: "Your password was entered, but no valid code",
			text:    textFor("The right password of your {{.Product}} account was entered on a device that the account does not know, and no valid code followed. The sign-in was not completed. If this happens again, the next notice comes after one day at the earliest."),
		},
		MFAReset: {
			subject: "Multi-factor authentication was turned off for your account",
			text:    textFor("An administrator removed all authenticator apps and recovery codes from your {{.Product}} account, so multi-factor authentication (MFA) is off. All devices were signed out. Until you add an authenticator app again, only the password protects your account."),
			ifNotMe: textFor("If you did not ask for this, sign in, change your password, and contact {{.Product}} support."),
		},
		MFARequiredSoon: {
			subject: "Your account will need multi-factor authentication",
			text:    textFor("{{if .Until}}From {{.Until}} on{{else}}Soon{{end}}, you need multi-factor authentication (MFA) to sign in to {{.Product}}. Your account does not have it yet."),
			ifNotMe: textFor("Sign in before then and choose “Register MFA Method” in your account settings. Afterwards, you are asked to do so when you sign in."),
		},
		AccountDisabled: {
			subject: "Your account was disabled",
			text:    textFor("An administrator disabled your {{.Product}} account. All devices were signed out, and you cannot sign in until the account is enabled again."),
			ifNotMe: textFor("If you did not expect this, contact {{.Product}} support."),
		},
		AccountEnabled: {
			subject: "Your account was enabled again",
			text:    textFor("An administrator enabled your {{.Product}} account again. You can sign in as before."),
			ifNotMe: textFor("If you did not expect this, sign in, check the recent activity of your account, and contact {{.Product}} support."),
		},
		Invitation: {
			subject: "Set the password of your new account",
			text:    textFor("A {{.Product}} account was created for this email address. Use the link below to set its password, then sign in with it. The link works once{{if .Until}}, until {{.Until}}{{end}}."),
			ifNotMe: textFor("If you did not expect this, ignore this email: without the link, the account cannot be used. Do not forward this email."),
		},
		PasswordResetLink: {
			subject: "Set a new password for your account",
			text:    textFor("We received a request to reset the password of your {{.Product}} account. Use the link below to set a new one. It works once and only for a short time."),
			ifNotMe: textFor("If you did not request this, ignore this email: your password stays the same. Do not forward this email."),
		},
		PasswordResetDone: {
			subject: "A new password was set for your account",
			text:    textFor("A new password was set for your {{.Product}} account with a one-time link. All devices were signed out."),
		},
		PasswordResetForced: {
			subject: "Your account needs a new password",
			text:    textFor("“This was not me” was reported for a notice about your {{.Product}} account. To protect the account, all devices were signed out, and the old password no longer works. Use the link below to set a new one. It works once and only for a short time. You can request another one on the sign-in page."),
			ifNotMe: textFor("If you did not report this, set a new password anyway, and check the recent activity of your account."),
		},
		PasswordRemoved: {
			subject: "Your password no longer works",
			text:    textFor("“This was not me” was reported for a notice about your {{.Product}} account. To protect the account, all devices were signed out, and the old password no longer works. A link to set a new one was sent to the email address that the account signs in with now."),
			ifNotMe: textFor("If you did not report this, someone else can read emails of the account. Secure your mailboxes and contact {{.Product}} support right away."),
		},
		PasswordResetByAdmin: {
			subject: "Your password was reset by an administrator",
			text:    textFor("An administrator reset the password of your {{.Product}} account. All devices were signed out, and the old password no longer works. {{if .Until}}Use the link below to set a new one. It works once, until {{.Until}}. After that, you can request another one on the sign-in page.{{else}}To set a new one, use the one-time link that was sent to the email address of the account, or that an administrator gives you.{{end}}"),
			ifNotMe: textFor("If you did not ask for this, set a new password anyway, check the recent activity of your account, and contact {{.Product}} support."),
		},
		MethodSuspended: {
			subject: "An authenticator app on your account was suspended",
			text:    textFor("“This was not me” was reported for a notice about your {{.Product}} account. All devices were signed out, and {{if .About}}the authenticator app “{{.About}}”{{else}}the authenticator app that the notice was about{{end}} can no longer be used to sign in. Multi-factor authentication (MFA) stays on: use another authenticator app or a recovery code."),
			ifNotMe: textFor("If you did not report this, someone else can read your email. Secure your mailbox first, then check the recent activity of your account."),
		},
		ConfirmEmail: {
			subject: "Confirm your new email address",
			text:    textFor("The address {{.About}} was entered as the new sign-in address of a {{.Product}} account. To confirm it, open the link below."),
			ifNotMe: textFor("If you did not request this, ignore this email: nothing changes without the link."),
		},
		ConfirmNoticeEmail: {
			subject: "Confirm your address for notices",
			text:    textFor("The address {{.About}} was entered as a second address for notices about the security of a {{.Product}} account. To confirm it, open the link below."),
			ifNotMe: textFor("If you did not request this, ignore this email: nothing changes without the link."),
		},
		AddressInUse: {
			subject: "This email address already has an account",
			text:    textFor("The address {{.About}} was entered for another {{.Product}} account. It cannot be used there because you already sign in to your account with it. Nothing was changed."),
			ifNotMe: textFor("If it was you, sign in with this address, or enter a different one for the other account. If it was not you, you do not need to do anything."),
		},
		EmailChangeRequested: {
			subject: "A new email address was requested for your account",
			text:    textFor("A change of the email address of your {{.Product}} account to {{.About}} was requested. It takes effect once the link in the email to that address is confirmed."),
		},
		EmailChanged: {
			subject: "The email address of your account was changed",
			text:    textFor("The email address of your {{.Product}} account is now {{.About}}. You can no longer sign in with the old address."),
		},
		NoticeEmailChanged: {
			subject: "Your account has a new second address for notices",
			text:    textFor("Notices about the security of your {{.Product}} account are now also sent to {{.About}}."),
		},
		NoticeEmailRemoved: {
			subject: "The second address for notices was removed from your account",
			text:    textFor("Notices about the security of your {{.Product}} account are no longer sent to {{.About}}."),
		},
		RemovalRequested: {
			subject: "Request to remove multi-factor authentication from your account",
			text:    textFor("Someone who knows the password of your {{.Product}} account requested the removal of multi-factor authentication (MFA) because all authenticator apps and recovery codes are lost. {{if .Until}}MFA can be removed from {{.Until}} on{{else}}MFA can be removed after a waiting period{{end}}, unless the request is cancelled."),
			ifNotMe: textFor("If this was not you, cancel the removal with the link below. You do not need to sign in for that. Then change your password, because someone else knows it."),
		},
		RemovalReminder: {
			subject: "Multi-factor authentication will be removed from your account",
			text:    textFor("The request to remove multi-factor authentication (MFA) from your {{.Product}} account is still active. {{if .Until}}MFA can be removed from {{.Until}} on{{else}}MFA can be removed after the waiting period{{end}}, unless the request is cancelled."),
			ifNotMe: textFor("If this was not you, or you have found your phone or your codes, cancel the removal with the link below. You do not need to sign in for that."),
		},
		RemovalReady: {
			subject: "Multi-factor authentication can now be removed from your account",
			text:    textFor("The waiting period has ended. Multi-factor authentication (MFA) can now be removed from your {{.Product}} account, with the link that is sent to the account’s own address. All devices will be signed out. {{if .Until}}The link works until {{.Until}}.{{end}}"),
			ifNotMe: textFor("If this was not you, cancel the removal with the link below. You do not need to sign in for that. Then change your password, because someone else knows it."),
		},
		RemovalCancelled: {
			subject: "The removal of multi-factor authentication was cancelled",
			text:    textFor("The removal of multi-factor authentication (MFA) from your {{.Product}} account was cancelled. Nothing was removed."),
			ifNotMe: textFor("If you did not request the removal, change your password, because someone else knows it. If you did not cancel it, someone else can read your email or is signed in to your account."),
		},
		RemovalCompleted: {
			subject: "Multi-factor authentication was removed from your account",
			text:    textFor("Multi-factor authentication (MFA) was removed from your {{.Product}} account, as announced. All devices were signed out. Until you add an authenticator app again, only the password protects your account."),
			ifNotMe: textFor("If this was not you, set a new password with “Forgot your password?” on the sign-in page, and contact {{.Product}} support right away."),
		},
	},
}
