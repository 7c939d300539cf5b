import type { newPassword as en } from "../en/newPassword";
import { count } from "./count";

export const newPassword: typeof en = {
  title: "Passwort ändern",
  lead: "Sie werden auf Ihren anderen Geräten abgemeldet. Hier bleiben Sie angemeldet.",
  label: "Neues Passwort",
  atLeast: (min) => `Mindestens ${min} Zeichen. Gut sind mehrere zufällige Wörter.`,
  advice: {
    short: (n) => `Noch ${count(n, "ein Zeichen", "Zeichen")}.`,
    repetitive: () => "Lang genug, aber mit Wiederholungen und leicht zu erraten.",
    oneWord: () => "Lang genug, aber ein einzelnes Wort ist leicht zu erraten.",
    context: () => "Ohne Ihre E-Mail-Adresse und unseren Namen zu kurz.",
    fair: () => "Lang genug. Noch länger ist noch besser.",
    good: () => "Gut: lang und abwechslungsreich.",
    long: (max) => `Zu lang. Verwenden Sie höchstens ${max} Zeichen.`,
  },
  missing: "Geben Sie ein neues Passwort ein.",
  submit: "Passwort ändern",
  doneTitle: "Passwort geändert",
  done: "Ihr Passwort wurde geändert.",
  expired:
    "Das hat zu lange gedauert. Bestätigen Sie noch einmal Ihre Identität. Ihr neues Passwort ist noch eingetragen.",
};
