import type { activity as en } from "../en/activity";

const named = (name: string | undefined, whole: (quoted: string) => string, none: string) =>
  name ? whole(`„${name}“`) : none;

const kinds: (typeof en)["kinds"] = {
  "sign_in.succeeded": () => "Angemeldet",
  "sign_in.failed": () => "Anmeldung fehlgeschlagen: Passwort oder Code falsch",
  "sign_in.pending": () => "Passwort richtig, Code angefordert",
  "sign_in.throttled": () => "Anmeldung blockiert: zu viele Fehlversuche",
  "step_up.issued": () => "Identität bestätigt",
  "step_up.used": () => "Bestätigung der Identität für eine Änderung verwendet",
  "step_up.refused": () => "Bestätigung der Identität fehlgeschlagen",
  "enrollment.begun": () => "Registrierung einer MFA-Methode begonnen",
  "enrollment.confirmed": (name) =>
    named(name, (quoted) => `MFA-Methode ${quoted} registriert`, "MFA-Methode registriert"),
  "enrollment.cancelled": () => "Registrierung einer MFA-Methode abgebrochen",
  "enrollment.expired": () => "Registrierung einer MFA-Methode abgelaufen",
  "enrollment.failed": () => "Registrierung einer MFA-Methode: falscher Code eingegeben",
  "method.renamed": (name) =>
    named(name, (quoted) => `MFA-Methode in ${quoted} umbenannt`, "MFA-Methode umbenannt"),
  "method.removed": (name) =>
    named(name, (quoted) => `MFA-Methode ${quoted} entfernt`, "MFA-Methode entfernt"),
  "method.replaced": (name) =>
    named(name, (quoted) => `MFA-Methode ${quoted} ersetzt`, "MFA-Methode ersetzt"),
  "method.disabled": (name) =>
    named(name, (quoted) => `MFA-Methode ${quoted} gesperrt`, "MFA-Methode gesperrt"),
  "recovery_codes.generated": () => "Wiederherstellungscodes erstellt",
  "recovery_codes.used": () => "Wiederherstellungscode verwendet",
  "recovery_codes.failed": () => "Falscher Wiederherstellungscode eingegeben",
  "recovery_codes.low": () => "Nur noch wenige Wiederherstellungscodes",
  "password.changed": () => "Passwort geändert",
  "password.reset_requested": () => "Zurücksetzen des Passworts angefordert",
  "password.reset": () => "Passwort mit einem Einmal-Link festgelegt",
  "email.change_requested": (name) =>
    name ? `Änderung der E-Mail-Adresse in ${name} angefordert` : "Änderung der E-Mail-Adresse angefordert",
  "email.changed": (name) => (name ? `E-Mail-Adresse in ${name} geändert` : "E-Mail-Adresse geändert"),
  "notice_email.change_requested": (name) =>
    name
      ? `Zweite Adresse für Benachrichtigungen eingegeben: ${name}`
      : "Zweite Adresse für Benachrichtigungen eingegeben",
  "notice_email.changed": (name) =>
    name
      ? `Zweite Adresse für Benachrichtigungen in ${name} geändert`
      : "Zweite Adresse für Benachrichtigungen geändert",
  "notice_email.removed": (name) =>
    name
      ? `Zweite Adresse für Benachrichtigungen entfernt: ${name}`
      : "Zweite Adresse für Benachrichtigungen entfernt",
  "profile.changed": () => "Profil geändert",
  "session.created": () => "Sitzung begonnen",
  "session.ended": (_, by) => (by ? "Sitzungen durch Administrator beendet" : "Sitzung beendet"),
  "account.created": (_, by) => (by ? "Konto durch Administrator erstellt" : "Konto erstellt"),
  "account.mfa_reset": (_, by) => (by ? "MFA durch Administrator entfernt" : "MFA durch Betreiber entfernt"),
  "account.password_reset": (_, by) =>
    by ? "Passwort durch Administrator entfernt" : "Passwort durch Betreiber entfernt",
  "account.invited": (_, by) => (by ? "Einladung durch Administrator gesendet" : "Einladung gesendet"),
  "account.viewed": () => "Konto durch Administrator angesehen",
  "account.disabled": () => "Konto durch Administrator gesperrt",
  "account.enabled": () => "Konto durch Administrator freigegeben",
  "account.role_granted": () => "Administratorrolle zugewiesen",
  "account.role_revoked": () => "Administratorrolle entzogen",
  "mfa_removal.requested": () => "Entfernen von MFA beantragt",
  "mfa_removal.cancelled": () => "Entfernen von MFA abgebrochen",
  "mfa_removal.completed": () => "MFA wie beantragt entfernt",
  "mfa_removal.expired": () => "Antrag auf Entfernen von MFA abgelaufen",
  "not_me.reported": () => "„Das war ich nicht“ gemeldet",
  "notice.undelivered": () => "Eine Benachrichtigung konnte nicht zugestellt werden",
  "code.replayed": () => "Bereits verwendeter Code abgelehnt",
};

export const activity: typeof en = {
  kinds,
  list: "Letzte Aktivitäten",
  empty: "Noch keine Aktivitäten. Anmeldungen und Änderungen an Ihrem Konto werden hier angezeigt.",
  reason: (text) => `Grund: ${text}`,
  check:
    "Kommt Ihnen etwas nicht bekannt vor? Ändern Sie Ihr Passwort und beenden Sie die anderen Sitzungen.",
  more: "Mehr anzeigen",
  failed: "Ihre Aktivitäten konnten nicht geladen werden",
};
