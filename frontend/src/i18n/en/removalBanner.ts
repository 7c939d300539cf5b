import { during } from "./count";

export const removalBanner = {
  title: "Someone asked to remove MFA from your account",
  requestedAt: (moment: string) => `Requested on ${moment}, with your password.`,
  timeLeft: (span: string) => `Unless you cancel it, MFA can be removed in ${span}.`,
  due: "Unless you cancel it, MFA can be removed any moment now.",
  ready: "The last email is on its way. Its link removes MFA.",
  paused: "The waiting period is paused.",
  advice:
    "If this wasn’t you, cancel it, then change your password. If it was you and you have your phone again, cancel it too.",
  cancel: "Cancel removal",
  done: (pause: string | undefined) =>
    `The removal is cancelled. ${during(pause)}, it can’t be requested again.`,
};
