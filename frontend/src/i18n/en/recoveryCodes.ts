import { count, sentence } from "./count";

export const recoveryCodes = {
  title: "Recovery codes",
  remaining: (n: number, of: number) => `${n} of ${of} left`,
  none: "None yet",
  generated: "Generated",
  explanation: "Backup codes for when you don’t have your phone. Each works once.",
  replaceHint: "Lost them, or never saved them? They can’t be shown again, but you can generate new ones.",
  low: (n: number) => `${sentence(count(n, "code", "codes"))} left. Generate new ones before they run out.`,
  retired: "These codes no longer work because the service was restored from a backup. Generate new ones.",
  usedUp: "No codes left. If you lose your phone, you can’t sign in. Generate new ones.",
  missing:
    "Without recovery codes, you can’t sign in if you lose your phone. Generate some and keep them safe.",
  generate: "Generate new codes",
};
