import type { ProofMethod } from "../../api/problem";
import { count, sentence } from "./count";

/** A factor that is locked until the given time, and one that stays locked. */
const lockedUntil: Record<ProofMethod, (until: string) => string> = {
  password: (until) => `Password: locked until ${until}.`,
  totp: (until) => `Authenticator app codes: locked until ${until}.`,
  recovery_code: (until) => `Recovery codes: locked until ${until}.`,
};
const lockedPermanently: Record<ProofMethod, string> = {
  password: "Password: locked. Waiting doesn’t unlock it.",
  totp: "Authenticator app codes: locked. To unlock them, the owner signs in with a recovery code, or you reset MFA.",
  recovery_code: "Recovery codes: locked. Waiting doesn’t unlock them.",
};

/** The actions on an account: confirmation and result. */
const actions = {
  endSessions: {
    button: "Sign out everywhere",
    title: "Sign out everywhere?",
    consequence: (email: string) =>
      `This ends all sessions of ${email}, including sign-ins that wait for a code, and forgets the devices. Password and MFA stay the same.`,
    submit: "Sign out everywhere",
    doneTitle: "Signed out everywhere",
    done: (email: string) => `${email} is signed out everywhere.`,
  },
  disable: {
    button: "Disable account",
    title: "Disable this account?",
    consequence: (email: string) =>
      `${email} is signed out everywhere and can’t sign in until the account is enabled again. Links that were emailed for it stop working.`,
    submit: "Disable account",
    doneTitle: "Account disabled",
    done: (email: string) => `${email} is disabled and can’t sign in.`,
  },
  enable: {
    button: "Enable account",
    title: "Enable this account?",
    consequence: (email: string) =>
      `${email} can sign in again with the same password and MFA methods as before.`,
    submit: "Enable account",
    doneTitle: "Account enabled",
    done: (email: string) => `${email} is enabled again.`,
  },
  resetMfa: {
    button: "Reset MFA",
    title: "Reset MFA?",
    consequence: (email: string) =>
      `This removes all MFA methods and recovery codes of ${email} and ends all sessions.`,
    submit: "Reset MFA",
    doneTitle: "MFA reset",
    done: (email: string) => `MFA is off for ${email}.`,
  },
  resetPassword: {
    button: "Reset password",
    title: "Reset the password?",
    consequence: (email: string) =>
      `The current password of ${email} stops working, and all sessions end. We email the owner a link to set a new password.`,
    submit: "Reset password",
    doneTitle: "Password reset",
    done: (email: string) => `The old password no longer works. We emailed ${email} a link to set a new one.`,
  },
};

export const administration = {
  lead: "Find an account, check its status and help its owner.",
  accounts: "Accounts",
  search: "Email address",
  searchHint: "Enter the start of an address.",
  find: "Find",
  list: "Accounts found",
  noAccounts: "There are no accounts yet.",
  noMatch: (start: string) => `No address starts with “${start}”. Check the spelling, or enter less of it.`,
  resultCount: (n: number) => `${sentence(count(n, "account", "accounts"))} shown.`,
  more: "Show more",
  failed: "We couldn’t load the accounts",
  disabled: "Disabled",
  administrator: "Administrator",
  mfaOn: "MFA on",
  mfaOff: "MFA off",
  since: (date: string) => `Created ${date}`,

  accountFailed: "We couldn’t load this account",
  notFoundTitle: "Account not found",
  notFoundLead: "The address of this page is wrong, or the account no longer exists.",
  back: "All accounts",
  state: "Account",
  stateLead: "Status, password and last sign-in.",
  active: "Active",
  name: "Name",
  noName: "Not set",
  created: "Created",
  lastSignIn: "Last sign-in",
  noSignIn: "None in the recorded activity",
  password: "Password",
  changed: "Changed",
  noPassword: "None. The owner sets a new one with an emailed link.",
  disabledSince: "Disabled since",
  ownAccount: "This is your own account. Change it in your settings, or ask another administrator.",
  lockedTitle: "Too many failed attempts",
  lockedUntil,
  lockedPermanently,
  mfaLead: "Required at sign-in in addition to the password.",
  methods: "MFA methods",
  noMethods: "No MFA methods registered.",
  noCodes: "No recovery codes",
  removal: (requested: string) =>
    `MFA removal was requested on ${requested}, with the correct password. Resetting MFA or disabling the account ends the request.`,
  sessionsLead: "Devices that are signed in to this account.",
  sessions: "Sessions of this account",
  noSessions: "No active sessions.",
  activityLead: "Recent sign-ins and changes, newest first.",
  activityFailed: "We couldn’t load the activity",
  noActivity: "No activity yet.",
  byAdministrator: "by this administrator",
  byYou: "by you",

  invite: {
    button: "Invite user",
    again: "Send new invitation",
    title: "Invite a user",
    lead: "This creates an account. We email the user a link to set its password, so that only the user knows it. The link of an earlier invitation stops working.",
    submit: "Send invitation",
    malformed: "Enter a complete email address, such as name@example.com.",
    taken: "This address already has an account.",
    doneTitle: "Invitation sent",
    done: (email: string, until: string) =>
      `We emailed ${email} a link to set a password. It works until ${until}.`,
    pending: "Not set yet. The user sets it with the link of the invitation.",
    noMail:
      "This service doesn’t send emails. To invite a user, an operator prints a link: twofold account invite",
  },

  actions,
  verifyRequester: "Verify who is asking. Attackers request this too.",
  mfaStays: "MFA stays as it is: with MFA on, signing in still takes a code.",
  noMail:
    "This service doesn’t send emails. To help with a forgotten password, an operator prints a link: twofold account reset-password",
  passwordOnly: "After this, the password alone is enough to sign in.",
  enrollsAtNextSignIn: "MFA is required here, so the next sign-in asks for a new authenticator app.",
  reason: "Reason",
  reasonHint: "The account owner sees it in their activity.",
  reasonMissing: "Enter a reason, including how you verified who is asking.",
  reasonTooLong: "Use at most 500 characters.",
  reasonControl: "Use letters, numbers, spaces and symbols only.",
  sessionsEnded: (n: number) => (n === 0 ? "" : `${sentence(count(n, "session", "sessions"))} ended.`),
  noticeSent: "We emailed them a notice.",

  mfaRequiredTitle: "Administration requires MFA",
  mfaNotEnabled: "MFA is off for your account. Register an authenticator app, then come back.",
  sessionWithoutMfa: "You signed in without a code. Sign out, then sign in again with a code.",
  toAccountSettings: "Go to account settings",
};
