import type { ProblemReason, RequestError, ErrorCode } from "../../api/problem";
import { count, sentence } from "./count";

export const triesLeft = ({ attemptsLeft }: RequestError) => {
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

const codeRejected = (trouble: RequestError) =>
  trouble.clockOffset === undefined
    ? `That code isn’t right. Enter the one your app shows now.${triesLeft(trouble)}`
    : `${clockOff(trouble.clockOffset)}, then enter the next code.${triesLeft(trouble)}`;

/** What ran out: the tries or the time. A clock that is off would use up the next tries too, so it is told again. */
const ranOut = ({ attemptsLeft, clockOffset }: RequestError, byTries: string, byTime: string) =>
  `${attemptsLeft === 0 ? byTries : byTime}${clockOffset === undefined ? "" : ` ${clockOff(clockOffset)} first.`}`;

/** Why a new password can't be one, with what to do. */
const passwordReasons: Partial<Record<ProblemReason, string>> = {
  too_short: "That password is too short. A few words in a row are long enough and easy to remember.",
  too_long: "That password is too long. Shorten it.",
  common: "That password is on a list of often used ones, which attackers try first. Choose another.",
  context: "That password has your email address or the name of this service in it. Choose another.",
  unchanged: "That is the password you have now. Choose another.",
};

const removalReasons: Partial<Record<ProblemReason, string>> = {
  off: "This service doesn’t offer that. Ask whoever runs it to help you back in.",
  paused:
    "A removal was cancelled not long ago, so another can’t be asked for yet. Ask whoever runs this service.",
  password_reset:
    "Your password was reset by mail not long ago, so this can’t be asked for yet. Ask whoever runs this service.",
};

/** What to tell, and what to do next, for every code that the contract knows and for no answer at all. */
export const problems: Record<ErrorCode, (trouble: RequestError) => string> = {
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
  mfa_required: () =>
    "This needs MFA, and a session that was signed in with a code. Sign out, then sign in with a code.",
  enrollment_required: () =>
    "MFA is required here, and this account has none yet. Register an authenticator app first.",
  last_method: () => "MFA is required here, so the last method stays. Register another one first.",
  own_account: () => "That is your own account. Ask another administrator.",
  last_administrator: () => "There would be no administrator left. Ask whoever runs this service.",
  password_unacceptable: ({ reason }) =>
    (reason && passwordReasons[reason]) ?? "That password can’t be used. Choose another.",
  email_taken: () => "That address can’t be used. Enter a different one.",
  mail_unavailable: () => "This service sends no mail. Ask whoever runs it to help you.",
  removal_unavailable: ({ reason }) =>
    (reason && removalReasons[reason]) ?? "That isn’t possible right now. Ask whoever runs this service.",
  link_expired: () => "This link was used already, or is too old. Ask for a new one.",
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
