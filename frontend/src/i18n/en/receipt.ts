import { count, list, sentence } from "./count";

/** Of every change to how an account signs in; said before it is made. */
export const otherSessions = "Other devices where you’re signed in will be signed out.";

/** What a change did, one short sentence each. */
export const receipt = {
  sessionsEnded: (n: number) =>
    n === 0 ? "" : `${sentence(count(n, "other session was", "other sessions were"))} signed out.`,
  noticeSent: (addresses: string[]) =>
    addresses.length === 0 ? "We sent you a notice by mail." : `We sent a notice to ${list(addresses)}.`,
  codesLeft: (n: number) =>
    n === 0
      ? "You have no recovery codes left."
      : `You have ${count(n, "recovery code", "recovery codes")} left.`,
};
