import type { ProblemReason, RequestError, ErrorCode } from "../../api/problem";
import { count, sentence } from "./count";

export const triesLeft = ({ attemptsLeft }: RequestError) => {
  if (attemptsLeft === undefined) return "";
  if (attemptsLeft === 0) return " That was the last attempt for now.";
  return ` ${sentence(count(attemptsLeft, "attempt", "attempts"))} left.`;
};

const clockOff = (seconds: number) => {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  return (
    `Your phone’s clock is about ${minutes === 1 ? "a minute" : count(minutes, "minute", "minutes")} ` +
    `${seconds > 0 ? "fast" : "slow"}. Turn on automatic date and time in the phone’s settings`
  );
};

const codeRejected = (error: RequestError) =>
  error.clockOffset === undefined
    ? `Wrong code. Enter the one that your app shows now.${triesLeft(error)}`
    : `${clockOff(error.clockOffset)}, then enter the next code.${triesLeft(error)}`;

/** The message for used-up attempts or an expired time. It repeats that a clock is wrong, which would fail the next attempts too. */
const ranOut = ({ attemptsLeft, clockOffset }: RequestError, byTries: string, byTime: string) =>
  `${attemptsLeft === 0 ? byTries : byTime}${clockOffset === undefined ? "" : ` ${clockOff(clockOffset)} first.`}`;

/** Why a new password is rejected, and what to do. */
const passwordReasons: Partial<Record<ProblemReason, string>> = {
  too_short: "This password is too short. A few random words are long enough and easy to remember.",
  too_long: "This password is too long. Use a shorter one.",
  common:
    "This is one of the common passwords that attackers try first, or one with digits added. Choose another.",
  context:
    "This password contains your email address or the name of this service, and little else. Choose another.",
  unchanged: "This is your current password. Choose another.",
};

const removalReasons: Partial<Record<ProblemReason, string>> = {
  off: "MFA can’t be removed from here. Contact support.",
  paused: "A removal was cancelled recently, so you can’t request another one yet. Contact support for help.",
  password_reset:
    "Your password was reset by email recently, so you can’t request this yet. Contact support for help.",
};

const reload = "This page doesn’t match the server’s version. Reload the page.";

/** What happened and what to do next, for every code of the contract and for requests without a response. */
export const problems: Record<ErrorCode, (error: RequestError) => string> = {
  invalid_request: () => "Something in this form isn’t valid. Check what you entered and try again.",
  session_required: () => "You’ve been signed out. Sign in again to continue.",
  step_up_required: () => "For security, confirm again that it’s you.",
  credentials_rejected: (error) => `Wrong password. Try again.${triesLeft(error)}`,
  code_required: () => "Your account has MFA. Enter a code from your authenticator app too.",
  code_rejected: codeRejected,
  code_used: () => "This code was already used. Wait for your app to show the next one, then enter it.",
  cross_origin_refused: () =>
    "Your browser sent this request from another site. Reload this page and try again.",
  not_found: () => "This no longer exists. Reload the page to see the current state.",
  method_not_allowed: () => reload,
  name_taken: () => "You already have a method with this name. Choose a different one.",
  too_many_methods: () => "You’ve reached the maximum number of MFA methods. Remove one first.",
  mfa_required: () => "This requires signing in with MFA. Sign out, then sign in again with a code.",
  enrollment_required: () =>
    "MFA is required here, and your account doesn’t have it yet. Register an authenticator app first.",
  last_method: () =>
    "MFA is required here, so you can’t remove your last method. Register another one first.",
  own_account: () => "This is your own account. Ask another administrator.",
  last_administrator: () => "This is the last administrator, and at least one must remain. Contact support.",
  password_unacceptable: ({ reason }) =>
    (reason && passwordReasons[reason]) ?? "This password can’t be used. Choose another.",
  email_taken: () => "This address can’t be used. Enter a different one.",
  mail_unavailable: () => "This service doesn’t send emails. Contact support for help.",
  removal_unavailable: ({ reason }) =>
    (reason && removalReasons[reason]) ?? "This isn’t possible right now. Contact support for help.",
  link_expired: () => "This link was already used or has expired. Request a new one.",
  sign_in_expired: (error) =>
    ranOut(
      error,
      "Too many wrong codes. Enter your password to start again.",
      "That took too long, or there were too many failed attempts. Enter your password again.",
    ),
  enrollment_expired: (error) =>
    ranOut(
      error,
      "Too many wrong codes, so this QR code no longer works. Start again to get a new one.",
      "That took too long, or there were too many wrong codes, so this QR code no longer works. Start again to get a new one.",
    ),
  body_too_large: () => "This text is too long. Shorten it and try again.",
  unsupported_media_type: () => reload,
  too_many_attempts: ({ retryAfter }) =>
    retryAfter === undefined
      ? "Too many failed attempts. Contact support to get back in."
      : "Too many failed attempts.",
  too_many_requests: ({ retryAfter }) =>
    `Too many requests from your network.${retryAfter === undefined ? " Wait a minute, then try again." : ""}`,
  internal: ({ requestId }) =>
    `Something went wrong on our side. Try again.${requestId ? ` If it keeps happening, report this request ID: ${requestId}.` : ""}`,
  unavailable: () => "The service can’t respond right now. Try again in a moment.",
  unreachable: () => "We can’t reach the server. Check your connection, then try again.",
  unexpected: () => "The server sent an unexpected response. Try again, or reload the page.",
};
