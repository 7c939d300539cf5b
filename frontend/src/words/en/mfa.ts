import { count } from "./count";

export const mfa = {
  title: "Multi Factor Authentication",
  lead: "Ask for a code from your authenticator app, in addition to your password, when you sign in.",
  on: "On",
  off: "Off",
  register: "Register MFA Method",
  emptyTitle: "Not set up yet",
  empty: "With an authenticator app, a stolen password isn’t enough.",
  methods: "Your MFA methods",
  totp: "Authenticator app",
  added: "Added",
  lastUsed: "Last used",
  suspended: "Suspended",
  suspendedWhy: "Reported as not yours: it signs nobody in. Remove it.",
  rename: "Rename",
  renameNamed: (name: string) => `Rename ${name}`,
  renamed: (name: string) => `Renamed to “${name}”.`,
  newName: "New name",
  nameMissing: "Enter a name.",
  save: "Save",
  replace: "Move to a new phone",
  replaceNamed: (name: string) => `Move to a new phone: ${name}`,
  remove: "Remove",
  removeNamed: (name: string) => `Remove ${name}`,
  limit: (max: number) =>
    `You have ${count(max, "method", "methods")}, as many as an account can have. Remove one to register another. To change phones, move one of them to the new phone.`,
  pendingTitle: "A registration wasn’t finished",
  pending: "Nothing has changed. Its QR code can’t be shown again, so start again for a new one.",
  pendingReplaceTitle: "Moving to a new phone wasn’t finished",
  pendingReplace: (name: string) =>
    `“${name}” still works. The QR code can’t be shown again, so start again for a new one.`,
  pendingRestart: "Start again",
  pendingDiscard: "Discard",
  failed: "Your MFA methods can’t be shown right now",
  removed: (name: string, off: boolean) =>
    `“${name}” was removed.${off ? " Multi Factor Authentication is now off." : ""}`,
};
