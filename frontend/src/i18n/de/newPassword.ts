import type { newPassword as en } from "../en/newPassword";
import { count } from "./count";

export const newPassword: typeof en = {
  title: "Passwort ändern",
  lead: "Ihre anderen Geräte werden abgemeldet, dieses bleibt angemeldet.",
  label: "Neues Passwort",
  atLeast: (min) => `Mindestens ${min} Zeichen. Ein paar Wörter hintereinander sind gut.`,
  advice: {
    short: (n) => `Noch ${count(n, "ein Zeichen", "Zeichen")}.`,
    repetitive: () => "Lang genug, aber voller Wiederholungen: leicht zu erraten.",
    fair: () => "Lang genug. Noch länger ist noch besser.",
    good: () => "Gut: lang und abwechslungsreich.",
    long: (max) => `Zu lang: höchstens ${max} Zeichen.`,
  },
  missing: "Geben Sie ein neues Passwort ein.",
  submit: "Passwort ändern",
  doneTitle: "Passwort geändert",
  done: "Ihr Passwort ist geändert.",
  expired:
    "Das hat etwas gedauert. Bestätigen Sie noch einmal, dass Sie es sind; Ihr neues Passwort bleibt stehen.",
};
