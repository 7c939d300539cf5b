import type { ProofMethod } from "../../api/problem";
import { count, sentence } from "./count";

/** A proof that is not looked at until then, and one for which waiting doesn't help. */
const lockedUntil: Record<ProofMethod, (until: string) => string> = {
  password: (until) => `The password: not looked at until ${until}.`,
  totp: (until) => `Codes of the authenticator app: not looked at until ${until}.`,
  recovery_code: (until) => `Recovery codes: not looked at until ${until}.`,
};
const forGood = "not looked at any more, and waiting doesn’t help.";
const lockedPermanently: Record<ProofMethod, string> = {
  password: `The password: ${forGood}`,
  totp: `Codes of the authenticator app: ${forGood} A recovery code does, or to reset MFA.`,
  recovery_code: `Recovery codes: ${forGood}`,
};

/** What is done to an account: asked, and told. */
const actions = {
  endSessions: {
    button: "Sign out everywhere",
    title: "Sign out everywhere?",
    consequence: (email: string) =>
      `Every session of ${email} ends, sign-ins that wait for a code too, and its devices are no longer recognised. Password and MFA stay as they are.`,
    submit: "Sign out everywhere",
    doneTitle: "Signed out everywhere",
    done: (email: string) => `${email} is signed out everywhere.`,
  },
  disable: {
    button: "Disable account",
    title: "Disable this account?",
    consequence: (email: string) =>
      `${email} is signed out everywhere, and can’t sign in until the account is enabled again. Links that were mailed for it stop working.`,
    submit: "Disable account",
    doneTitle: "Account disabled",
    done: (email: string) => `${email} is disabled: nobody signs in to it.`,
  },
  enable: {
    button: "Enable account",
    title: "Enable this account?",
    consequence: (email: string) =>
      `${email} can sign in again, with the same password and the same MFA methods as before.`,
    submit: "Enable account",
    doneTitle: "Account enabled",
    done: (email: string) => `${email} is enabled again.`,
  },
  resetMfa: {
    button: "Reset MFA",
    title: "Reset MFA?",
    consequence: (email: string) =>
      `Every MFA method and every recovery code of ${email} is removed, and every session ends.`,
    submit: "Reset MFA",
    doneTitle: "MFA reset",
    done: (email: string) => `MFA is off for ${email}.`,
  },
};

export const administration = {
  lead: "Find whoever asks for help, and see how their account stands.",
  accounts: "Accounts",
  search: "Email address",
  searchHint: "Its beginning is enough.",
  find: "Find",
  list: "Accounts found",
  noAccounts: "There is no account yet.",
  noMatch: (start: string) => `No address begins with “${start}”. Check the spelling, or enter less of it.`,
  resultCount: (n: number) => `${sentence(count(n, "account", "accounts"))} shown.`,
  more: "Show more",
  failed: "The accounts can’t be shown right now",
  disabled: "Disabled",
  administrator: "Administrator",
  mfaOn: "MFA on",
  mfaOff: "MFA off",
  since: (date: string) => `Since ${date}`,

  accountFailed: "This account can’t be shown right now",
  notFoundTitle: "There is no such account",
  notFoundLead: "The address of this page is wrong, or the account is no more.",
  back: "All accounts",
  state: "Account",
  stateLead: "How it stands. Nothing here is a secret.",
  active: "Active",
  name: "Name",
  noName: "Not given",
  created: "Created",
  lastSignIn: "Last sign-in",
  noSignIn: "None that the activity still has",
  password: "Password",
  changed: "Changed",
  noPassword: "A new one has to be set with a mailed link, after “It wasn’t me”",
  disabledSince: "Disabled since",
  ownAccount: "This is your own account. Change it in your settings; only another administrator can do more.",
  lockedTitle: "Wrong too often",
  lockedUntil,
  lockedPermanently,
  mfaLead: "What signing in takes beyond the password.",
  methods: "MFA methods",
  noMethods: "No MFA method is registered.",
  noCodes: "No recovery codes",
  removal: (requested: string) =>
    `A removal of MFA was asked for on ${requested}, with the password. Resetting MFA or disabling the account ends it.`,
  sessionsLead: "Where somebody is signed in to it now.",
  sessions: "Sessions of this account",
  noSessions: "Nobody is signed in.",
  activityLead: "What happened to it, the newest first, in the words in which its owner reads it.",
  activityFailed: "The activity can’t be shown right now",
  noActivity: "Nothing has happened yet.",
  byAdministrator: "by this administrator",
  byYou: "by you",

  actions,
  verifyRequester: "Be sure who asks: this is what attackers ask for.",
  passwordOnly: "From then on the password alone signs in.",
  enrollsAtNextSignIn: "MFA is required here, so the next sign-in asks for a new authenticator app.",
  reason: "Reason",
  reasonHint: "The owner reads it in their activity.",
  reasonMissing: "Say why, and how you know that it’s them.",
  reasonTooLong: "Use at most 500 characters.",
  reasonControl: "Use letters, digits, spaces and signs only.",
  sessionsEnded: (n: number) => (n === 0 ? "" : `${sentence(count(n, "session", "sessions"))} ended.`),
  noticeSent: "We sent them a notice by mail.",

  mfaRequiredTitle: "Administration takes MFA",
  mfaNotEnabled:
    "Who looks after the accounts of others signs in with two factors, and your account has MFA off. Register an authenticator app, then come back.",
  sessionWithoutMfa:
    "Your account has MFA, but you signed in to this session without a code. Sign out, then sign in with one.",
  toAccountSettings: "To your account settings",
};
