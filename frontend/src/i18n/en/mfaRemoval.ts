import { during } from "./count";

const slowly =
  "after a waiting period. We send you notices during that time, so that an attacker who knows your password can’t do it without you noticing.";

export const mfaRemoval = {
  title: "Lost your phone and codes?",
  lead: `You can have multi-factor authentication (MFA) removed from your account ${slowly}`,
  steps: (delay: string | undefined, codes: boolean) => [
    "We notify every email address of your account right away, then every day.",
    `${during(delay)}, the removal can be cancelled with a link in any of these emails${codes ? ", with a code from your phone, or with a recovery code" : ""}.`,
    "Then we email you the link that removes MFA. After that, your password alone is enough to sign in, and you’re signed out on all devices.",
  ],
  submit: "Request removal",
  backToCode: "Back to the code",
  support: (whom: string) => `Need it sooner? Contact support: ${whom}`,
  noFactorTitle: "You can’t sign in with a code",
  noFactor:
    "Your password is correct, and your account has MFA. But its authenticator app was reported as not yours and suspended, and you have no recovery codes.",
  noFactorRemoval: `To get back in, you can have multi-factor authentication (MFA) removed from your account ${slowly}`,
  noFactorNoRemoval: "Contact support to get back into your account. Tell them what you read here.",
  unavailableTitle: "Get help signing in",
  askSupport: (whom: string) => `Support: ${whom}`,
  announcedTitle: "Removal requested",
  announced: "We’ve sent a notice to every email address of your account. You can close this page.",
  requested: "Requested on",
  timeLeft: (span: string) => `You can cancel it for another ${span}.`,
  almostDue: "The waiting period is almost over. The last email follows soon.",
  paused: "The waiting period is paused: an email isn’t delivered yet, or there were recent failed attempts.",
  ready: "The last email is on its way. Open its link to remove MFA.",
  foundFactor: "Found your phone or a recovery code?",
  cancelPending: "Cancel a pending removal",
  cancelTitle: "Cancel removal",
  cancelLead: (pause: string | undefined) =>
    `Enter a code to keep MFA on. ${during(pause)}, the removal can’t be requested again.`,
  codeHint: "From your authenticator app.",
  cancelSubmit: "Cancel removal",
  codesLocked: "Codes can no longer cancel this removal. Use the link in one of the emails.",
  nonePending: "There’s no pending removal to cancel.",
  cancelledTitle: "Removal cancelled",
  cancelled: (pause: string | undefined) =>
    `MFA stays on. ${during(pause)}, the removal can’t be requested again.`,
  cancelledNext: "You can sign in now. Each code works once, so use a new one.",
};
