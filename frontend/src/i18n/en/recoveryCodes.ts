import { count, sentence } from "./count";

export const recoveryCodes = {
  title: "Recovery codes",
  remaining: (n: number, of: number) => `${n} of ${of} left`,
  none: "None yet",
  generated: "Generated",
  explanation: "For the day your phone is gone: each one signs you in once, in its place.",
  replaceHint: "Lost them, or never saved them? They can’t be shown again, but you can generate new ones.",
  low: (n: number) => `${sentence(count(n, "code", "codes"))} left. Generate new ones before they run out.`,
  retired:
    "These do not work any more: this service was restored from a backup, which does not know which of them were used. Generate new ones.",
  usedUp: "None left. Without your phone, nothing could sign you in now. Generate new ones.",
  missing: "Without them, a lost phone locks you out. Generate some and keep them safe.",
  generate: "Generate new codes",
};
