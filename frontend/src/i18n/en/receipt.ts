import { count, list, sentence } from "./count";

/** Of every change to how an account signs in; shown before it is made. */
export const others = "You’ll be signed out on your other devices.";

/** What a change did, one short sentence each. */
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
