import { during } from "./count";

export const removalBanner = {
  title: "Somebody asked for MFA to be removed from your account",
  requestedAt: (moment: string) => `Asked for on ${moment}, by somebody who knows your password.`,
  timeLeft: (span: string) => `Unless it is cancelled, MFA can be removed in ${span}.`,
  due: "Unless it is cancelled, MFA can be removed any moment now.",
  ready: "The last mail is on its way: its link removes MFA.",
  paused: "For now the time stands still.",
  advice:
    "If it wasn’t you, cancel it, then change your password. If it was you and you have your phone again, cancel it too.",
  cancel: "Cancel the removal",
  done: (pause: string | undefined) =>
    `The removal is cancelled. ${during(pause)} nobody can ask for another.`,
};
