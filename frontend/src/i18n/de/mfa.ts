import type { mfa as en } from "../en/mfa";
import { count } from "./count";

export const mfa: typeof en = {
  title: "Multi-Faktor-Authentifizierung",
  lead: "Zur Anmeldung gehört dann neben Ihrem Passwort ein Code aus Ihrer Authenticator-App.",
  on: "An",
  off: "Aus",
  register: "MFA-Methode registrieren",
  emptyTitle: "Noch nicht eingerichtet",
  empty: "Mit einer Authenticator-App reicht ein gestohlenes Passwort nicht aus.",
  methods: "Ihre MFA-Methoden",
  totp: "Authenticator-App",
  added: "Hinzugefügt",
  lastUsed: "Zuletzt benutzt",
  suspended: "Gesperrt",
  suspendedWhy: "Als nicht Ihre gemeldet: Sie meldet niemanden an. Entfernen Sie sie.",
  rename: "Umbenennen",
  renameNamed: (name) => `${name} umbenennen`,
  renamed: (name) => `Umbenannt in „${name}“.`,
  newName: "Neuer Name",
  nameMissing: "Geben Sie einen Namen ein.",
  save: "Speichern",
  replace: "Ersetzen",
  replaceNamed: (name) => `${name} durch ein neues Telefon ersetzen`,
  remove: "Entfernen",
  removeNamed: (name) => `${name} entfernen`,
  limit: (max) =>
    `Sie haben ${count(max, "eine Methode", "Methoden")}, mehr kann ein Konto nicht haben. Entfernen Sie eine, um eine andere zu registrieren. Bei einem Telefonwechsel ziehen Sie eine auf das neue Telefon um.`,
  pendingTitle: "Eine Registrierung wurde nicht beendet",
  pending:
    "Es hat sich nichts geändert. Der QR-Code kann nicht noch einmal gezeigt werden; fangen Sie für einen neuen von vorn an.",
  pendingReplaceTitle: "Der Umzug auf ein neues Telefon wurde nicht beendet",
  pendingReplace: (name) =>
    `„${name}“ gilt weiter. Der QR-Code kann nicht noch einmal gezeigt werden; fangen Sie für einen neuen von vorn an.`,
  pendingRestart: "Von vorn anfangen",
  pendingDiscard: "Verwerfen",
  failed: "Ihre MFA-Methoden können gerade nicht gezeigt werden",
};
