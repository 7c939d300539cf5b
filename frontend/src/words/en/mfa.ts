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
  remove: "Remove",
  removeNamed: (name: string) => `Remove ${name}`,
  limit: (max: number) =>
    `You have ${count(max, "method", "methods")}, as many as an account can have. Remove one to register another.`,
  pendingTitle: "A registration wasn’t finished",
  pending: "Nothing has changed. Its QR code can’t be shown again, so start again for a new one.",
  pendingRestart: "Start again",
  pendingDiscard: "Discard",
  failed: "Your MFA methods can’t be shown right now",
};
