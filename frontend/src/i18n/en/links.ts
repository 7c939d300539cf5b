import { count, during, sentence } from "./count";

const toSignIn = "Go to sign in";

/** The pages that work without being signed in: a forgotten password, and what mailed links open. */
export const links = {
  toSignIn,
  toAccount: "Go to your account",
  expiredTitle: "This link no longer works",
  incomplete:
    "The link isn’t complete. Open it from the mail again, or copy the whole of it into the address bar.",
  sessionsEnded: (n: number) =>
    n === 0 ? "" : `${sentence(count(n, "session was", "sessions were"))} signed out.`,

  forgot: {
    title: "Forgot your password?",
    lead: "Enter the email address of your account. We send a link there to set a new password.",
    submit: "Send the link",
    sentTitle: "Look into your mail",
    sent: (email: string) =>
      `If ${email} has an account here, a link is on its way. It works once, for 30 minutes.`,
    notArrived: "Nothing there after a few minutes? Look into the junk folder, and check the address.",
    otherAddress: "Use another address",
    noMailTitle: "Ask for help with your password",
    noMail:
      "This service sends no mail, so it can’t send you a link. Whoever runs it can set a new password with you.",
    supportLead: "Whom to ask:",
    back: "Back to sign in",
  },

  reset: {
    title: "Set a new password",
    lead: "Every device is signed out then. If your account has MFA, signing in still takes a code as well.",
    submit: "Set password",
    expired: "Links to set a password work once, for 30 minutes. Ask for a new one.",
    askAgain: "Ask for a new link",
  },

  confirm: {
    title: "Confirm this address",
    lead: "You were sent this link to show that mail to this address reaches you. Confirm, and your account uses it.",
    submit: "Confirm address",
    done: {
      email: (email: string) => `From now on, you sign in with ${email}.`,
      notice_email: (email: string) => `From now on, notices go to ${email} too.`,
    },
    doneTitle: "The address is confirmed",
    expired:
      "Links to confirm an address work once, for a day. Sign in and enter the address again for a new one.",
  },

  notMe: {
    title: "Wasn’t that you?",
    lead: "If you don’t recognise what the notice told you of, press the button below. Then, at once:",
    consequences: [
      "Every device is signed out.",
      "If the notice was about an authenticator app, that app stops working. MFA stays on.",
      "If it is your only one and was added in the last seven days, it is removed, and so is your password. We send you a link to set a new one.",
    ],
    wasMe: "If it was you, close this page. Nothing happens.",
    submit: "It wasn’t me",
    doneTitle: "Your account is secured",
    method: {
      suspended:
        "The authenticator app is suspended: it signs nobody in. Sign in with another method or a recovery code, then remove it.",
      removed: "The authenticator app is removed.",
      gone: "The authenticator app was removed already.",
    },
    passwordReset: "Your password no longer works. Look into your mail for a link to set a new one.",
    next: "Somebody may know your password: sign in and change it.",
    expired:
      "Such a link works once, for seven days. If you still worry, sign in, change your password, and look through your sessions and your activity.",
  },

  cancelRemoval: {
    title: "Keep MFA on?",
    lead: "Somebody who knows your password asked to remove MFA from your account, since they have neither phone nor recovery codes. If it wasn’t you, or you found your phone again, keep MFA on.",
    submit: "Keep MFA on",
    doneTitle: "MFA stays on",
    done: (pause: string | undefined) =>
      `The removal is cancelled. ${during(pause)} nobody can ask for another. If it wasn’t you who asked, somebody knows your password: sign in and change it.`,
    expired: "The removal was cancelled already, or it is complete. Sign in to see how your account is.",
  },

  completeRemoval: {
    title: "Remove MFA from your account?",
    lead: "You asked for this since you have neither your phone nor your recovery codes. Then, at once:",
    consequences: [
      "MFA goes off: your password alone signs you in.",
      "Your authenticator apps and recovery codes stop working.",
      "Every device is signed out.",
    ],
    foundFactor: "If you found your phone or a recovery code, close this page and sign in with it.",
    submit: "Remove MFA",
    doneTitle: "MFA is removed",
    done: "Sign in with your password, then register an MFA method on your new phone.",
    expired:
      "The removal was cancelled, it is complete already, or the link is too old. Sign in to see how your account is.",
  },
};
