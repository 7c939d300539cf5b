import { during } from "./count";

export const removal = {
  title: "Someone asked to remove MFA from your account",
  asked: (moment: string) => `Requested on ${moment}, with your password.`,
  left: (span: string) => `Unless you cancel it, MFA can be removed in ${span}.`,
  soon: "Unless you cancel it, MFA can be removed any moment now.",
  ready: "The last email is on its way. Its link removes MFA.",
  stopped: "The waiting period is paused.",
  what: "If this wasn’t you, cancel it, then change your password. If it was you and you have your phone again, cancel it too.",
  cancel: "Cancel removal",
  done: (pause: string | undefined) =>
    `The removal is cancelled. ${during(pause)}, it can’t be requested again.`,
};
