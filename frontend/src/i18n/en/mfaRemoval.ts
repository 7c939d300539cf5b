import { during } from "./count";

export const mfaRemoval = {
  title: "Lost your phone and codes?",
  lead: "Multi Factor Authentication can be removed from your account, slowly and in the open, so that nobody who knows your password does it behind your back.",
  steps: (delay: string | undefined, codes: boolean) => [
    "We announce it to every email address of your account, at once and every day.",
    `${during(delay)} anybody who gets one of these mails can cancel it${codes ? ", and so can your phone and your recovery codes" : ""}.`,
    "Then a last mail comes with a link. Only that link removes MFA: your password alone signs you in again, and you are signed out everywhere.",
  ],
  submit: "Ask for the removal",
  backToCode: "Back to the code",
  support: (whom: string) => `Need it sooner? Ask for help here: ${whom}`,
  noFactorTitle: "No code can sign you in",
  noFactor:
    "Your password is right, and your account has MFA. But its authenticator app is suspended, since it was reported as not yours, and there are no recovery codes.",
  noFactorRemoval:
    "There is one way to get in by yourself: Multi Factor Authentication is removed from your account, slowly and in the open, so that nobody who knows your password does it behind your back.",
  noFactorNoRemoval: "Only whoever runs this service can let you in again. Tell them what you read here.",
  unavailableTitle: "Ask for help with signing in",
  askSupport: (whom: string) => `Ask for help here: ${whom}`,
  announcedTitle: "The removal is announced",
  announced: "We’ve written to every email address of your account. You can close this page.",
  requested: "Asked for",
  timeLeft: (span: string) => `It can be cancelled for another ${span}.`,
  almostDue: "The time to cancel is nearly over: the last mail follows.",
  paused: "The time stands still for now: a mail isn’t delivered yet, or wrong codes were entered lately.",
  ready: "The last mail is on its way. Follow its link to remove MFA.",
  foundFactor: "Found your phone or a recovery code?",
  cancelPending: "Cancel a removal under way",
  cancelTitle: "Cancel the removal",
  cancelLead: (pause: string | undefined) =>
    `Enter a code, and MFA stays as it is. ${during(pause)} nobody can ask for another removal.`,
  codeHint: "The one your authenticator app shows now.",
  cancelSubmit: "Cancel the removal",
  codesLocked: "Codes can’t cancel this removal any more. Use the link in one of its mails.",
  nonePending: "No removal is under way, so there is nothing to cancel.",
  cancelledTitle: "The removal is cancelled",
  cancelled: (pause: string | undefined) =>
    `MFA stays as it is. ${during(pause)} nobody can ask for another removal.`,
  cancelledNext: "You can sign in now. Each code works once, so take the next one.",
};
