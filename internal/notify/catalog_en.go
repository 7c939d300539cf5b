package notify

import (
	"time"

	"twofold/internal/maillink"
)

var english = catalog{
	hello: "Hello", helloNoName: "Hello",
	when: "When", where: "From", device: "Device", on: "on",
	help:      "Need help?",
	why:       "You get this mail because it is about the security of your account. Nobody who works for us will ever ask you for a password or a code.",
	date:      func(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") },
	noDispute: textFor("If you know nothing of this, tell the people who run {{.Product}}."),
	dispute: textFor("If this was not you, open the link “This was not me” below and confirm. It signs everybody out of your account and, " +
		"if this is about an authenticator app, suspends it. Then choose a new password. The link works once; if it has expired, change your password at once."),
	actions: map[maillink.Purpose]string{
		maillink.ResetPassword:   "Choose a new password",
		maillink.ConfirmAddress:  "Confirm this address",
		maillink.CompleteRemoval: "Remove multi-factor authentication",
		maillink.CancelRemoval:   "Cancel the removal",
		maillink.NotMe:           "This was not me",
	},
	notices: map[Kind]text{
		MethodAdded: {
			subject: "A new authenticator app can sign in to your account",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}An authenticator app{{end}} was added to your {{.Product}} account. Its codes can sign you in, together with your password."),
		},
		MethodRemoved: {
			subject: "An authenticator app was removed from your account",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}An authenticator app{{end}} was removed from your {{.Product}} account. Its codes do not work any more."),
		},
		MethodReplaced: {
			subject: "An authenticator app of your account was replaced",
			text:    textFor("{{if .About}}The authenticator app “{{.About}}”{{else}}A new authenticator app{{end}} has taken the place of another one on your {{.Product}} account. The codes of the old one do not work any more."),
		},
		RecoveryCodesGenerated: {
			subject: "New recovery codes were made for your account",
			text:    textFor("New recovery codes were made for your {{.Product}} account. Older ones do not work any more."),
		},
		RecoveryCodeUsed: {
			subject: "A recovery code of your account was used",
			text:    textFor("A recovery code of your {{.Product}} account was used. {{if eq .Count 0}}None is left: make new ones in your account settings.{{else if eq .Count 1}}One is left: make new ones in your account settings.{{else}}{{.Count}} are left.{{end}}"),
		},
		RecoveryCodesInvalidated: {
			subject: "Your recovery codes do not work any more",
			text:    textFor("The people who run {{.Product}} restored it from a backup. Since a backup does not know which recovery codes were used after it was made, none of yours works any more, and everybody was signed out. Sign in with your authenticator app and make new recovery codes in your account settings. Look there as well whether your last changes are still in place."),
			not:     textFor("This happened to every account of {{.Product}}."),
		},
		PasswordChanged: {
			subject: "The password of your account was changed",
			text:    textFor("The password of your {{.Product}} account was changed. Other devices were signed out."),
		},
		NewDevice: {
			subject: "A new device signed in to your account",
			text:    textFor("Somebody signed in to your {{.Product}} account on a device that was not used for it before."),
		},
		SignInAfterFailures: {
			subject: "A sign-in to your account after several wrong attempts",
			text:    textFor("Somebody signed in to your {{.Product}} account after {{if .Count}}{{.Count}} wrong attempts{{else}}several wrong attempts{{end}}."),
		},
		MFAReset: {
			subject: "Multi-factor authentication was switched off for your account",
			text:    textFor("An administrator removed all authenticator apps and recovery codes from your {{.Product}} account. Everybody was signed out of it. Until you add an authenticator app again, the password is all that protects it."),
			not:     textFor("If you did not ask for this, sign in, change your password, and tell the people who run {{.Product}}."),
		},
		MFARequiredSoon: {
			subject: "Your account will need multi-factor authentication",
			text:    textFor("{{if .Until}}From {{.Until}} on{{else}}Soon{{end}}, signing in to {{.Product}} takes multi-factor authentication, and your account has none yet."),
			not:     textFor("Sign in before that and choose “Register MFA Method” in your account settings. Afterwards you are asked for it when you sign in."),
		},
		AccountDisabled: {
			subject: "Your account was disabled",
			text:    textFor("An administrator disabled your {{.Product}} account. Everybody was signed out of it, and nobody can sign in until it is enabled again."),
			not:     textFor("If you did not expect this, ask the people who run {{.Product}}."),
		},
		AccountEnabled: {
			subject: "Your account was enabled again",
			text:    textFor("An administrator enabled your {{.Product}} account again. Sign in as you did before."),
			not:     textFor("If you did not expect this, sign in, look at the recent activity of your account, and tell the people who run {{.Product}}."),
		},
		PasswordResetLink: {
			subject: "Choose a new password for your account",
			text:    textFor("Somebody asked for a new password for your {{.Product}} account. The link below lets you choose one. It works once, for a short time."),
			not:     textFor("If you did not ask for this, do nothing: your password stays as it is. Do not forward this mail."),
		},
		PasswordResetDone: {
			subject: "The password of your account was changed by mail",
			text:    textFor("A new password was chosen for your {{.Product}} account with a link from a mail. Everybody was signed out of it."),
		},
		PasswordResetForced: {
			subject: "Your account needs a new password",
			text:    textFor("Somebody said about a notice of your {{.Product}} account: “This was not me”. To keep the account safe, everybody was signed out and the old password does not work any more. The link below lets you choose a new one. It works once, for a short time; you can ask for another on the sign-in page."),
			not:     textFor("If you did not say so yourself, choose a new password all the same, and look at the recent activity of your account."),
		},
		PasswordRemoved: {
			subject: "The password of your account does not work any more",
			text:    textFor("Somebody said about a notice of your {{.Product}} account: “This was not me”. To keep the account safe, everybody was signed out and the old password does not work any more. A link to choose a new one went to the address that signs in now."),
			not:     textFor("If you did not say so yourself, somebody else can read mail of the account: secure your mailboxes, and tell the people who run {{.Product}} at once."),
		},
		MethodSuspended: {
			subject: "An authenticator app of your account was suspended",
			text:    textFor("Somebody said about a notice of your {{.Product}} account: “This was not me”. Everybody was signed out, and {{if .About}}the authenticator app “{{.About}}”{{else}}the authenticator app that the notice was about{{end}} does not sign in any more. Multi-factor authentication stays on: use another authenticator app or a recovery code."),
			not:     textFor("If you did not say so yourself, somebody else can read your mail: secure your mailbox first, then look at the recent activity of your account."),
		},
		ConfirmEmail: {
			subject: "Confirm your new e-mail address",
			text:    textFor("The address {{.About}} is to become the one that signs in to an account of {{.Product}}. It does so once you follow the link below."),
			not:     textFor("If you did not ask for this, do nothing: without the link, nothing changes."),
		},
		ConfirmNoticeEmail: {
			subject: "Confirm your address for notices",
			text:    textFor("Notices about the security of an account of {{.Product}} are to be sent to {{.About}} too. They are once you follow the link below."),
			not:     textFor("If you did not ask for this, do nothing: without the link, nothing changes."),
		},
		AddressInUse: {
			subject: "This e-mail address already has an account",
			text:    textFor("Somebody wanted to use the address {{.About}} for another account of {{.Product}}. That does not work, since it signs in to yours already. Nothing was changed."),
			not:     textFor("If it was you: sign in with this address, or use another one there. If it was not, there is nothing to do."),
		},
		EmailChangeRequested: {
			subject: "A new e-mail address was asked for on your account",
			text:    textFor("Somebody asked to change the e-mail address of your {{.Product}} account to {{.About}}. It changes as soon as the link in the mail to that address is followed."),
		},
		EmailChanged: {
			subject: "The e-mail address of your account was changed",
			text:    textFor("The e-mail address of your {{.Product}} account is {{.About}} now. The old address does not sign in any more."),
		},
		NoticeEmailChanged: {
			subject: "Notices of your account go to another address too",
			text:    textFor("Notices about the security of your {{.Product}} account go to {{.About}} too from now on."),
		},
		NoticeEmailRemoved: {
			subject: "Notices of your account go to one address less",
			text:    textFor("Notices about the security of your {{.Product}} account do not go to {{.About}} any more."),
		},
		RemovalRequested: {
			subject: "Somebody wants to remove multi-factor authentication from your account",
			text:    textFor("Somebody who knows the password of your {{.Product}} account says that they have lost all authenticator apps and recovery codes, and asks to remove multi-factor authentication. {{if .Until}}It can be removed from {{.Until}} on{{else}}It can be removed after a waiting time{{end}}, unless it is cancelled."),
			not:     textFor("If this was not you, cancel with the link below. It works without signing in. Then change your password: somebody knows it."),
		},
		RemovalReminder: {
			subject: "Multi-factor authentication will be removed from your account",
			text:    textFor("The removal of multi-factor authentication from your {{.Product}} account is still under way. {{if .Until}}It can be completed from {{.Until}} on{{else}}It can be completed once the waiting time is over{{end}}, unless it is cancelled."),
			not:     textFor("If this was not you, or you have found your phone or your codes, cancel with the link below. It works without signing in."),
		},
		RemovalReady: {
			subject: "Multi-factor authentication can now be removed from your account",
			text:    textFor("The waiting time is over: multi-factor authentication can be removed from your {{.Product}} account, with the link that is sent to the account's own address. All devices will be signed out. {{if .Until}}The link works until {{.Until}}.{{end}}"),
			not:     textFor("If this was not you, cancel with the link below. It works without signing in. Then change your password: somebody knows it."),
		},
		RemovalCancelled: {
			subject: "The removal of multi-factor authentication was cancelled",
			text:    textFor("The removal of multi-factor authentication from your {{.Product}} account was cancelled. Nothing was removed."),
			not:     textFor("If you had not asked for the removal, change your password: somebody knows it. If you did not cancel it, somebody else can read your mail or is signed in as you."),
		},
		RemovalCompleted: {
			subject: "Multi-factor authentication was removed from your account",
			text:    textFor("Multi-factor authentication was removed from your {{.Product}} account, as announced. All devices were signed out. Until you add an authenticator app again, the password is all that protects it."),
			not:     textFor("If this was not you, choose a new password with “Forgot password” on the sign-in page, and tell the people who run {{.Product}} at once."),
		},
	},
}
