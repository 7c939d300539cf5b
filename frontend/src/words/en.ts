// Every word of the page, in English. Another language is another file of the same shape (see index.ts).
import type { Purpose, Trouble, TroubleCode } from "../api/problem";

const plurals = new Intl.PluralRules("en");
const few = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const count = (n: number, one: string, other: string) =>
  `${few[n] ?? n} ${plurals.select(n) === "one" ? one : other}`;
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const triesLeft = ({ attemptsLeft }: Trouble) => {
  if (attemptsLeft === undefined) return "";
  if (attemptsLeft === 0) return " That was the last try for now.";
  return ` ${sentence(count(attemptsLeft, "try", "tries"))} left.`;
};

const clockOff = (seconds: number) => {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  return (
    `Your phone’s clock is about ${minutes === 1 ? "a minute" : count(minutes, "minute", "minutes")} ` +
    `${seconds > 0 ? "fast" : "slow"}. Turn on automatic date and time in the phone’s settings`
  );
};

const codeRejected = (trouble: Trouble) =>
  trouble.clockOffset === undefined
    ? `That code isn’t right. Enter the one your app shows now.${triesLeft(trouble)}`
    : `${clockOff(trouble.clockOffset)}, then enter the next code.${triesLeft(trouble)}`;

/** What ran out: the tries or the time. A clock that is off would use up the next tries too, so it is told again. */
const ranOut = ({ attemptsLeft, clockOffset }: Trouble, byTries: string, byTime: string) =>
  `${attemptsLeft === 0 ? byTries : byTime}${clockOffset === undefined ? "" : ` ${clockOff(clockOffset)} first.`}`;

/** What to tell, and what to do next, for every code that the contract knows and for no answer at all. */
const problems: Record<TroubleCode, (trouble: Trouble) => string> = {
  invalid_request: () => "Something in this form isn’t right. Check what you entered and try again.",
  session_required: () => "You’ve been signed out. Sign in again to carry on.",
  step_up_required: () => "This needs a fresh confirmation that it’s you. Try again.",
  credentials_rejected: (trouble) => `That password isn’t right. Try again.${triesLeft(trouble)}`,
  code_required: () => "Your account has MFA: enter a code from your authenticator app as well.",
  code_rejected: codeRejected,
  code_used: () => "That code was already used. Wait for your app to show the next one, then enter it.",
  cross_origin_refused: () => "Your browser sent this from another site. Load this page again and retry.",
  not_found: () => "It isn’t there any more. Load this page again to see what is.",
  method_not_allowed: () => "This page and the server don’t fit together. Load the page again.",
  name_taken: () => "Another of your methods has that name. Choose a different one.",
  too_many_methods: () => "You have as many MFA methods as an account can have. Remove one first.",
  sign_in_expired: (trouble) =>
    ranOut(
      trouble,
      "Too many wrong codes, so signing in has to start again. Enter your password.",
      "That took too long, or too many tries. Enter your password again.",
    ),
  enrollment_expired: (trouble) =>
    ranOut(
      trouble,
      "Too many wrong codes, so this QR code no longer works. Start again for a new one.",
      "The QR code was open too long, or had too many wrong tries, and no longer works. Start again for a new one.",
    ),
  body_too_large: () => "That is more text than the server takes. Shorten it and try again.",
  unsupported_media_type: () => "This page and the server don’t fit together. Load the page again.",
  too_many_attempts: ({ retryAfter }) =>
    retryAfter === undefined
      ? "Too many wrong tries. Ask whoever runs this service to help you back in."
      : "Too many wrong tries.",
  too_many_requests: ({ retryAfter }) =>
    `Too many requests from your network.${retryAfter === undefined ? " Wait a minute, then try again." : ""}`,
  internal: ({ requestId }) =>
    `Something went wrong on our side. Try again${requestId ? `; if it stays, report this number: ${requestId}` : ""}.`,
  unavailable: () => "The service is busy right now, and nothing was changed. Try again in a moment.",
  unreachable: () => "We can’t reach the server. Check your connection, then try again.",
  unexpected: () =>
    "The server gave an answer this page doesn’t understand. Try again, or load the page again.",
};

const purposes: Record<Purpose, string> = {
  "mfa.enroll":
    "Registering an MFA method changes how you sign in, so enter your usual login credentials first.",
  "mfa.remove":
    "Removing an MFA method changes how you sign in, so enter your usual login credentials first.",
};

/** Of every change to how an account signs in; said before it is made. */
const others = "Other devices where you’re signed in will be signed out.";

export const en = {
  product: "Twofold",
  problems,

  common: {
    cancel: "Cancel",
    close: "Close",
    done: "Done",
    back: "Back",
    continue: "Continue",
    retry: "Try again",
    working: "Working…",
    loading: "Loading…",
    justNow: "just now",
    optional: "optional",
    skip: "Skip to content",
    email: "Email",
    password: "Password",
    showPassword: "Show password",
    hidePassword: "Hide password",
    passwordMissing: "Enter your password.",
    emailMissing: "Enter your email address.",
    codeMissing: "Enter all six digits.",
    waitFor: "You can try again in",
    seconds: (n: number) => `${n} ${n === 1 ? "second" : "seconds"}`,
    waitOver: "You can try again now.",
  },

  titles: {
    signIn: "Sign in",
    code: "Enter your code",
    account: "Account settings",
    notFound: "Page not found",
  },

  shell: {
    signOut: "Sign out",
    signedInAs: "Signed in as",
    settings: "Settings",
    offline: "Signing out didn’t reach the server, so you’re still signed in.",
    home: "Twofold, account settings",
  },

  signIn: {
    title: "Sign in",
    lead: "to manage your account and its security",
    submit: "Sign in",
    expired: "Your session has ended, as it does after a while. Sign in to carry on where you were.",
    signedOut: "You’re signed out.",
    rejected: "That email and password don’t match. Check both and try again.",
    codeTitle: "Enter your code",
    codeLead: "Open your authenticator app and enter the code it shows for",
    code: "6-digit code",
    codeHint: "It’s sent with the sixth digit.",
    verify: "Verify",
    otherAccount: "Use a different account",
  },

  account: {
    title: "Account",
    profile: "Profile",
    profileLead: "Who you are signed in as.",
    email: "Email",
    since: (date: string) => `Member since ${date}`,
    failed: "Your account can’t be shown right now",
  },

  mfa: {
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
  },

  sessionsEnded: (n: number) =>
    n === 0 ? "" : `${sentence(count(n, "other session was", "other sessions were"))} signed out.`,

  enroll: {
    title: "Register MFA Method",
    steps: { reauthenticate: "Reauthenticate", scan: "Scan", verify: "Verify", success: "Success" },
    stepOf: (step: number, of: number, name: string) => `Step ${step} of ${of}: ${name}`,
    reauthenticateLead: "Enter your usual login credentials to verify that it’s you.",
    name: "Name for this authenticator",
    nameHint: "To recognise it later, like “Work phone”.",
    nameTooLong: "Use at most 64 characters.",
    nameControl: "Use letters, digits, spaces and signs only.",
    scanLead: "Scan this QR code with your authenticator app.",
    openLead: "Add your account to the authenticator app on this device.",
    what: "An authenticator app, such as Aegis, 1Password, Google Authenticator or Microsoft Authenticator, makes a new 6-digit code every 30 seconds.",
    qrAlt: "QR code with the key for your authenticator app. The same key is below as text.",
    openApp: "Open in authenticator app",
    orScan: "Or scan this QR code from another device.",
    cantScan: "Can’t scan?",
    cantScanLead: "Choose “enter a key by hand” in the app, type this key, and choose “time-based”.",
    key: "Key",
    copy: "Copy key",
    copied: "Copied",
    copyFailed: "The key is selected: copy it with your keyboard",
    once: "The key is shown only now. Treat it like a password.",
    verifyLead: "Enter the 6-digit code that your authenticator app shows now.",
    code: "6-digit code",
    codeHint: "It changes every 30 seconds.",
    others,
    submit: "Register",
    overTitle: "This registration has ended",
    overGone: "It was cancelled or replaced elsewhere, perhaps in another tab. Nothing has changed.",
    startAgain: "Start again",
    successTitle: "You’ve registered an MFA method",
    success: (name: string) => `From now on, signing in takes your password and a code from “${name}”.`,
    finished: (name: string) => `“${name}” is registered.`,
  },

  remove: {
    title: (name: string) => `Remove “${name}”?`,
    lastOne:
      "It’s your only method, so Multi Factor Authentication goes off: your password alone will sign you in.",
    oneOf: (left: number) =>
      `Its codes will stop working. Multi Factor Authentication stays on with your ${left === 1 ? "other method" : `${count(left, "other method", "other methods")}`}.`,
    others,
    submit: "Remove method",
    done: (name: string, off: boolean) =>
      `“${name}” was removed.${off ? " Multi Factor Authentication is now off." : ""}`,
    declined: "Nothing was removed.",
  },

  stepUp: {
    title: "Confirm that it’s you",
    purposes,
    submit: "Confirm",
    code: "6-digit code",
    codeHint: "From your authenticator app.",
  },

  notFound: {
    title: "There’s no page here",
    lead: "The address may be mistyped, or the page may have moved.",
    home: "Go to account settings",
  },
};
