import type { mfa as en } from "../en/mfa";
import { count } from "./count";

export const mfa: typeof en = {
  title: "Multi-Faktor-Authentifizierung (MFA)",
  lead: "Schützt Ihr Konto zusätzlich zum Passwort mit einem Code aus Ihrer Authenticator-App.",
  on: "An",
  off: "Aus",
  register: "MFA-Methode registrieren",
  emptyTitle: "Noch nicht eingerichtet",
  empty: "Mit einer Authenticator-App reicht ein gestohlenes Passwort zum Anmelden nicht aus.",
  methods: "Ihre MFA-Methoden",
  totp: "Authenticator-App",
  added: "Hinzugefügt",
  lastUsed: "Zuletzt verwendet",
  suspended: "Gesperrt",
  suspendedWhy: "Mit „Das war ich nicht“ gemeldet und gesperrt. Bitte entfernen.",
  rename: "Umbenennen",
  renameNamed: (name) => `${name} umbenennen`,
  renamed: (name) => `In „${name}“ umbenannt.`,
  newName: "Neuer Name",
  nameMissing: "Geben Sie einen Namen ein.",
  save: "Speichern",
  replace: "Ersetzen",
  replaceNamed: (name) => `${name} ersetzen`,
  remove: "Entfernen",
  removeNamed: (name) => `${name} entfernen`,
  limit: (max) =>
    `Sie haben ${count(max, "eine Methode", "Methoden")}, mehr sind für ein Konto nicht möglich. Entfernen Sie eine, um eine andere zu registrieren. Wenn Sie ein neues Telefon haben, ersetzen Sie eine davon.`,
  pendingTitle: "Registrierung nicht abgeschlossen",
  pending:
    "An Ihrem Konto hat sich nichts geändert. Der QR-Code kann nicht noch einmal angezeigt werden. Beginnen Sie neu, um einen neuen zu erhalten.",
  pendingReplaceTitle: "Ersetzen nicht abgeschlossen",
  pendingReplace: (name) =>
    `„${name}“ funktioniert weiter. Der QR-Code kann nicht noch einmal angezeigt werden. Beginnen Sie neu, um einen neuen zu erhalten.`,
  pendingRestart: "Neu beginnen",
  pendingDiscard: "Verwerfen",
  failed: "Ihre MFA-Methoden konnten nicht geladen werden",
};
