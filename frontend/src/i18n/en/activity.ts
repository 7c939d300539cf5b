import type { ActivityItem } from "../../api/client";

type Kind = ActivityItem["kind"];

const named = (name: string | undefined, whole: (quoted: string) => string, none: string) =>
  name ? whole(`“${name}”`) : none;

/** What happened, in words that fit the owner of the account and an administrator alike. */
const kinds: Record<Kind, (name?: string, by?: ActivityItem["by"]) => string> = {
  "sign_in.succeeded": () => "Signed in",
  "sign_in.failed": () => "Sign-in failed: wrong password or code",
  "sign_in.pending": () => "Password accepted, code requested",
  "sign_in.throttled": () => "Sign-in blocked: too many failed attempts",
  "step_up.issued": () => "Reauthenticated",
  "step_up.used": () => "Reauthentication used for a change",
  "step_up.refused": () => "Reauthentication failed",
  "enrollment.begun": () => "MFA registration started",
  "enrollment.confirmed": (name) =>
    named(name, (quoted) => `MFA method ${quoted} registered`, "MFA method registered"),
  "enrollment.cancelled": () => "MFA registration cancelled",
  "enrollment.expired": () => "MFA registration expired",
  "enrollment.failed": () => "MFA registration: wrong code entered",
  "method.renamed": (name) =>
    named(name, (quoted) => `MFA method renamed to ${quoted}`, "MFA method renamed"),
  "method.removed": (name) => named(name, (quoted) => `MFA method ${quoted} removed`, "MFA method removed"),
  "method.replaced": (name) =>
    named(name, (quoted) => `MFA method ${quoted} replaced`, "MFA method replaced"),
  "method.disabled": (name) =>
    named(name, (quoted) => `MFA method ${quoted} suspended`, "MFA method suspended"),
  "recovery_codes.generated": () => "Recovery codes generated",
  "recovery_codes.used": () => "Recovery code used",
  "recovery_codes.failed": () => "Wrong recovery code entered",
  "recovery_codes.low": () => "Few recovery codes left",
  "password.changed": () => "Password changed",
  "password.reset_requested": () => "Password reset requested",
  "password.reset": () => "Password set with a one-time link",
  "email.change_requested": (name) =>
    name ? `Change of the email address to ${name} requested` : "Change of the email address requested",
  "email.changed": (name) => (name ? `Email address changed to ${name}` : "Email address changed"),
  "notice_email.change_requested": (name) =>
    name ? `Second address for notices entered: ${name}` : "Second address for notices entered",
  "notice_email.changed": (name) =>
    name ? `Second address for notices changed to ${name}` : "Second address for notices changed",
  "notice_email.removed": (name) =>
    name ? `Second address for notices removed: ${name}` : "Second address for notices removed",
  "profile.changed": () => "Profile changed",
  "session.created": () => "Session started",
  "session.ended": (_, by) => (by ? "Sessions ended by an administrator" : "Session ended"),
  "account.created": (_, by) => (by ? "Account created by an administrator" : "Account created"),
  "account.mfa_reset": (_, by) => (by ? "MFA removed by an administrator" : "MFA removed by an operator"),
  "account.password_reset": (_, by) =>
    by ? "Password removed by an administrator" : "Password removed by an operator",
  "account.invited": (_, by) => (by ? "Invitation sent by an administrator" : "Invitation sent"),
  "account.viewed": () => "Account viewed by an administrator",
  "account.disabled": () => "Account disabled by an administrator",
  "account.enabled": () => "Account enabled by an administrator",
  "account.role_granted": () => "Administrator role granted",
  "account.role_revoked": () => "Administrator role revoked",
  "mfa_removal.requested": () => "MFA removal requested",
  "mfa_removal.cancelled": () => "MFA removal cancelled",
  "mfa_removal.completed": () => "MFA removed, as requested",
  "mfa_removal.expired": () => "MFA removal request expired",
  "not_me.reported": () => "“This was not me” reported",
  "notice.undelivered": () => "A notice couldn’t be delivered",
  "code.replayed": () => "Used code rejected",
};

export const activity = {
  kinds,
  list: "Recent activity",
  empty: "No activity yet. Sign-ins and changes to your account appear here.",
  reason: (text: string) => `Reason: ${text}`,
  check: "Don’t recognize something here? Change your password and end the other sessions.",
  more: "Show more",
  failed: "We couldn’t load your activity",
};
