import type { ActivityItem } from "../../api/client";

type Kind = ActivityItem["kind"];

const named = (name: string | undefined, whole: (quoted: string) => string, none: string) =>
  name ? whole(`“${name}”`) : none;

/** What happened, in the words of whoever it happened to. */
const kinds: Record<Kind, (name?: string, by?: ActivityItem["by"]) => string> = {
  "sign_in.succeeded": () => "You signed in",
  "sign_in.failed": () => "Signing in failed: the password or code was wrong",
  "sign_in.pending": () => "The password was right; a code was asked for",
  "sign_in.throttled": () => "Signing in was refused: too many wrong tries",
  "step_up.issued": () => "You confirmed that it’s you",
  "step_up.used": () => "Your confirmation was used for a change",
  "step_up.refused": () => "A confirmation that it’s you failed",
  "enrollment.begun": () => "Registering an MFA method began",
  "enrollment.confirmed": (name) =>
    named(name, (quoted) => `The MFA method ${quoted} was registered`, "An MFA method was registered"),
  "enrollment.cancelled": () => "Registering an MFA method was cancelled",
  "enrollment.expired": () => "Registering an MFA method took too long",
  "enrollment.failed": () => "Registering an MFA method failed: the code was wrong",
  "method.renamed": (name) =>
    named(name, (quoted) => `An MFA method was renamed ${quoted}`, "An MFA method was renamed"),
  "method.removed": (name) =>
    named(name, (quoted) => `The MFA method ${quoted} was removed`, "An MFA method was removed"),
  "method.replaced": (name) =>
    named(name, (quoted) => `The MFA method ${quoted} was replaced`, "An MFA method was replaced"),
  "method.disabled": (name) =>
    named(name, (quoted) => `The MFA method ${quoted} was suspended`, "An MFA method was suspended"),
  "recovery_codes.generated": () => "New recovery codes were made; older ones no longer work",
  "recovery_codes.used": () => "A recovery code was used",
  "recovery_codes.failed": () => "A recovery code was wrong",
  "recovery_codes.low": () => "Few recovery codes are left",
  "password.changed": () => "Your password was changed",
  "password.reset_requested": () => "A link to set a new password was asked for",
  "password.reset": () => "Your password was set with a mailed link",
  "email.change_requested": (name) =>
    name ? `A change of your email address to ${name} began` : "A change of your email address began",
  "email.changed": (name) =>
    name ? `Your email address was changed: ${name}` : "Your email address was changed",
  "notice_email.change_requested": (name) =>
    name ? `A second address for notices was entered: ${name}` : "A second address for notices was entered",
  "notice_email.changed": (name) =>
    name ? `Notices go to a second address: ${name}` : "Notices go to a second address",
  "notice_email.removed": (name) =>
    name ? `The second address was removed: ${name}` : "The second address was removed",
  "profile.changed": () => "Your profile was changed",
  "session.created": () => "A session began",
  "session.ended": (_, by) => (by ? "An administrator ended your sessions" : "A session ended"),
  "account.created": () => "Your account was created",
  "account.mfa_reset": (_, by) =>
    by ? "An administrator removed MFA from your account" : "An operator removed MFA from your account",
  "account.disabled": () => "An administrator disabled your account",
  "account.enabled": () => "An administrator enabled your account again",
  "account.role_granted": () => "Your account became an administrator’s",
  "account.role_revoked": () => "Your account is no administrator’s any more",
  "mfa_removal.requested": () => "The removal of MFA was asked for",
  "mfa_removal.cancelled": () => "The removal of MFA was cancelled",
  "mfa_removal.completed": () => "MFA was removed, as was asked for",
  "mfa_removal.expired": () => "The removal of MFA was not completed in time",
  "not_me.reported": () => "“It wasn’t me” was reported",
  "notice.undelivered": () => "A notice to you could not be delivered",
  "code.replayed": () => "A code was sent a second time and refused",
};

export const activity = {
  kinds,
  list: "What happened",
  empty: "Nothing has happened yet. Sign-ins and changes to your account will show here.",
  reason: (text: string) => `Reason given: ${text}`,
  check: "Something here that you don’t recognise? Change your password, and end the other sessions.",
  more: "Show more",
  failed: "Your activity can’t be shown right now",
};
