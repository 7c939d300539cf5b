import { count, list, sentence } from "./count";

/** Shown before every change that ends other sessions. */
export const otherSessions = "You’ll be signed out on your other devices.";

/** The side effects of a change, one short sentence each. */
export const receipt = {
  sessionsEnded: (n: number) =>
    n === 0 ? "" : `${sentence(count(n, "other session was", "other sessions were"))} signed out.`,
  noticeSent: (addresses: string[]) =>
    addresses.length === 0 ? "We emailed you a notice." : `We sent a notice to ${list(addresses)}.`,
  codesLeft: (n: number) =>
    n === 0
      ? "You have no recovery codes left."
      : `You have ${count(n, "recovery code", "recovery codes")} left.`,
};
