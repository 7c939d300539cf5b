import { count, during, sentence } from "./count";

const toSignIn = "Go to sign-in";

/** Messages of the pages for signed-out users: a forgotten password, and emailed links. */
export const links = {
  toSignIn,
  toAccount: "Go to your account",
  expiredTitle: "This link no longer works",
  incomplete:
    "The link is incomplete. Open it from the email again, or copy the whole link into the address bar.",
  sessionsEnded: (n: number) =>
    n === 0 ? "" : `${sentence(count(n, "session was", "sessions were"))} signed out.`,

  forgot: {
    title: "Forgot your password?",
    lead: "Enter the email address of your account. We’ll email you a link to set a new password.",
    submit: "Send link",
    sentTitle: "Check your email",
    sent: (email: string) =>
      `If there’s an account for ${email}, we’ve sent a link to that address. It works once and expires after 30 minutes.`,
    notArrived: "No email after a few minutes? Check your spam folder and the spelling of the address.",
    otherAddress: "Use a different address",
    noMailTitle: "Get help with your password",
    noMail: "This service doesn’t send emails, so it can’t send you a link. Contact support for help.",
    supportLead: "Support:",
    back: "Back to sign-in",
  },

  reset: {
    title: "Set a new password",
    lead: "This signs you out on all devices. If your account has MFA, you still need a code to sign in.",
    submit: "Set password",
    expired: "Password reset links work once and expire after 30 minutes. Request a new one.",
    askAgain: "Request a new link",
  },

  invitation: {
    title: "Set your password",
    lead: "You have been invited to an account. Choose a password for it, then sign in.",
    submit: "Set password",
    expired:
      "Invitations work once and expire after seven days. If you have set a password, sign in with it. Otherwise ask an administrator for a new invitation.",
  },

  confirm: {
    title: "Confirm this address",
    lead: "Confirm that you receive emails at this address. Your account then uses it.",
    submit: "Confirm address",
    done: {
      email: (email: string) => `You now sign in with ${email}.`,
      notice_email: (email: string) => `We now also send notices to ${email}.`,
    },
    doneTitle: "Address confirmed",
    expired:
      "Confirmation links work once and expire after one day. To get a new one, sign in and enter the address again.",
  },

  notMe: {
    title: "Wasn’t this you?",
    lead: "If you don’t recognize what the notice describes, press the button below. This happens right away:",
    consequences: [
      "You’re signed out on all devices.",
      "If the notice is about an authenticator app, that app stops working. If it was your first app, all apps and recovery codes are removed and MFA is off.",
      "If the notice is about recovery codes, all of them are deleted.",
      "In most cases, your password stops working too. We email you a link to set a new one.",
    ],
    wasMe: "If it was you, close this page. Nothing changes.",
    submit: "This was not me",
    doneTitle: "Your account is secured",
    method: {
      suspended:
        "The authenticator app is suspended, so its codes no longer work. Sign in with another method or a recovery code, then remove it.",
      removed: "All authenticator apps and recovery codes were removed, and MFA is off.",
      gone: "The authenticator app had already been removed.",
    },
    passwordReset: "Your password no longer works. Check your email for a link to set a new one.",
    next: "Someone may know your password. Sign in and change it.",
    expired:
      "This link works once and expires after seven days. If you’re still worried, sign in, change your password, and check your sessions and activity.",
  },

  cancelRemoval: {
    title: "Keep MFA on?",
    lead: "Someone who knows your password asked to remove MFA from your account because the phone and the recovery codes are lost. If this wasn’t you, or you’ve found your phone or a code, keep MFA on.",
    submit: "Keep MFA on",
    doneTitle: "MFA stays on",
    done: (pause: string | undefined) =>
      `The removal is cancelled. ${during(pause)}, it can’t be requested again. If you didn’t request it, someone knows your password: sign in and change it.`,
    expired: "The removal was already cancelled or completed. Sign in to check your account.",
  },

  completeRemoval: {
    title: "Remove MFA from your account?",
    lead: "You requested this because you lost your phone and your recovery codes. This happens right away:",
    consequences: [
      "MFA is turned off: your password alone is enough to sign in.",
      "Your authenticator apps and recovery codes stop working.",
      "You’re signed out on all devices.",
    ],
    foundFactor: "Found your phone or a recovery code? Close this page and sign in with it.",
    submit: "Remove MFA",
    doneTitle: "MFA removed",
    done: "Sign in with your password, then register an MFA method on your new phone.",
    expired:
      "The removal was cancelled or already completed, or the link has expired. Sign in to check your account.",
  },
};
