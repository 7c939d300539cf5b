import { otherSessions } from "./receipt";

export const enroll = {
  title: "Register MFA Method",
  steps: { reauthenticate: "Reauthenticate", scan: "Scan", verify: "Verify", success: "Success" },
  stepOf: (step: number, of: number, name: string) => `Step ${step} of ${of}: ${name}`,
  reauthenticateLead: "Enter your usual login credentials to verify that it’s you.",
  replaceTitle: "Replace authenticator app",
  replaceLead: (name: string) =>
    `“${name}” keeps working until you confirm the new app. Enter your usual login credentials first.`,
  name: "Name for this authenticator app",
  nameHint: "Helps you recognize it later, like “Work phone”.",
  nameTooLong: "Use at most 64 characters.",
  nameControl: "Use letters, numbers, spaces and symbols only.",
  scanLead: "Scan this QR code with your authenticator app.",
  openLead: "Add your account to the authenticator app on this device.",
  appHint:
    "An authenticator app, such as Aegis, 1Password, Google Authenticator or Microsoft Authenticator, generates a new 6-digit code every 30 seconds.",
  qrAlt: "QR code with the key for your authenticator app. The same key is below as text.",
  openApp: "Open in authenticator app",
  orScan: "Or scan this QR code with another device.",
  cantScan: "Can’t scan?",
  cantScanLead: "In the app, choose to enter a key manually. Enter this key and choose “time-based”.",
  key: "Key",
  copy: "Copy key",
  copied: "Copied",
  copyFailed: "Copying failed. The key is selected, so you can copy it with your keyboard.",
  shownOnce: "The key is shown only once. Treat it like a password.",
  verifyLead: "Enter the 6-digit code from your authenticator app.",
  code: "6-digit code",
  codeHint: "It changes every 30 seconds.",
  otherSessions,
  submit: "Register",
  endedTitle: "This registration has ended",
  endedElsewhere:
    "It was cancelled or restarted elsewhere, perhaps in another tab. Your account hasn’t changed.",
  startAgain: "Start again",
  successTitle: "You’ve registered an MFA method",
  success: (name: string) => `You now sign in with your password and a code. “${name}” is ready to use.`,
  replacedTitle: "Authenticator app replaced",
  replaced: (name: string, old: string) =>
    `“${name}” has replaced “${old}”. The old codes no longer work, so delete the entry in the old app. Your recovery codes stay the same.`,
};
