import type { activity as en } from "../en/activity";

const named = (name: string | undefined, whole: (quoted: string) => string, none: string) =>
  name ? whole(`„${name}“`) : none;

const kinds: (typeof en)["kinds"] = {
  "sign_in.succeeded": () => "Sie haben sich angemeldet",
  "sign_in.failed": () => "Eine Anmeldung schlug fehl: Passwort oder Code war falsch",
  "sign_in.pending": () => "Das Passwort stimmte, nach einem Code wurde gefragt",
  "sign_in.throttled": () => "Eine Anmeldung wurde abgewiesen: zu viele falsche Versuche",
  "step_up.issued": () => "Sie haben bestätigt, dass Sie es sind",
  "step_up.used": () => "Ihre Bestätigung wurde für eine Änderung benutzt",
  "step_up.refused": () => "Eine Bestätigung, dass Sie es sind, schlug fehl",
  "enrollment.begun": () => "Die Registrierung einer MFA-Methode begann",
  "enrollment.confirmed": (name) =>
    named(
      name,
      (quoted) => `Die MFA-Methode ${quoted} wurde registriert`,
      "Eine MFA-Methode wurde registriert",
    ),
  "enrollment.cancelled": () => "Die Registrierung einer MFA-Methode wurde abgebrochen",
  "enrollment.expired": () => "Die Registrierung einer MFA-Methode dauerte zu lange",
  "enrollment.failed": () => "Die Registrierung einer MFA-Methode schlug fehl: Der Code war falsch",
  "method.renamed": (name) =>
    named(
      name,
      (quoted) => `Eine MFA-Methode wurde in ${quoted} umbenannt`,
      "Eine MFA-Methode wurde umbenannt",
    ),
  "method.removed": (name) =>
    named(name, (quoted) => `Die MFA-Methode ${quoted} wurde entfernt`, "Eine MFA-Methode wurde entfernt"),
  "method.replaced": (name) =>
    named(name, (quoted) => `Die MFA-Methode ${quoted} wurde ersetzt`, "Eine MFA-Methode wurde ersetzt"),
  "method.disabled": (name) =>
    named(name, (quoted) => `Die MFA-Methode ${quoted} wurde gesperrt`, "Eine MFA-Methode wurde gesperrt"),
  "recovery_codes.generated": () => "Neue Wiederherstellungscodes wurden erzeugt; ältere gelten nicht mehr",
  "recovery_codes.used": () => "Ein Wiederherstellungscode wurde benutzt",
  "recovery_codes.failed": () => "Ein Wiederherstellungscode war falsch",
  "recovery_codes.low": () => "Es sind nur noch wenige Wiederherstellungscodes übrig",
  "password.changed": () => "Ihr Passwort wurde geändert",
  "password.reset_requested": () => "Ein Link für ein neues Passwort wurde angefordert",
  "password.reset": () => "Ihr Passwort wurde mit einem Link aus einer E-Mail gesetzt",
  "email.change_requested": (name) =>
    name ? `Die Änderung Ihrer E-Mail-Adresse in ${name} begann` : "Die Änderung Ihrer E-Mail-Adresse begann",
  "email.changed": (name) =>
    name ? `Ihre E-Mail-Adresse wurde geändert: ${name}` : "Ihre E-Mail-Adresse wurde geändert",
  "notice_email.change_requested": (name) =>
    name
      ? `Eine zweite Adresse für Mitteilungen wurde eingegeben: ${name}`
      : "Eine zweite Adresse für Mitteilungen wurde eingegeben",
  "notice_email.changed": (name) =>
    name ? `Mitteilungen gehen an eine zweite Adresse: ${name}` : "Mitteilungen gehen an eine zweite Adresse",
  "notice_email.removed": (name) =>
    name ? `Die zweite Adresse wurde entfernt: ${name}` : "Die zweite Adresse wurde entfernt",
  "profile.changed": () => "Ihr Profil wurde geändert",
  "session.created": () => "Eine Sitzung begann",
  "session.ended": (_, by) => (by ? "Ein Administrator hat Ihre Sitzungen beendet" : "Eine Sitzung endete"),
  "account.created": () => "Ihr Konto wurde angelegt",
  "account.mfa_reset": (_, by) =>
    by
      ? "Ein Administrator hat MFA von Ihrem Konto entfernt"
      : "Ein Betreiber hat MFA von Ihrem Konto entfernt",
  "account.disabled": () => "Ein Administrator hat Ihr Konto gesperrt",
  "account.enabled": () => "Ein Administrator hat Ihr Konto wieder freigegeben",
  "account.role_granted": () => "Ihr Konto wurde zu dem eines Administrators",
  "account.role_revoked": () => "Ihr Konto ist nicht mehr das eines Administrators",
  "mfa_removal.requested": () => "Um die Entfernung von MFA wurde gebeten",
  "mfa_removal.cancelled": () => "Die Entfernung von MFA wurde abgebrochen",
  "mfa_removal.completed": () => "MFA wurde wie erbeten entfernt",
  "mfa_removal.expired": () => "Die Entfernung von MFA wurde nicht rechtzeitig abgeschlossen",
  "not_me.reported": () => "„Das war ich nicht“ wurde gemeldet",
  "notice.undelivered": () => "Eine Mitteilung an Sie konnte nicht zugestellt werden",
  "code.replayed": () => "Ein Code wurde ein zweites Mal geschickt und abgewiesen",
};

export const activity: typeof en = {
  kinds,
  list: "Was geschehen ist",
  empty: "Noch ist nichts geschehen. Anmeldungen und Änderungen an Ihrem Konto stehen dann hier.",
  reason: (text) => `Angegebener Grund: ${text}`,
  check:
    "Erkennen Sie hier etwas nicht wieder? Ändern Sie Ihr Passwort und beenden Sie die anderen Sitzungen.",
  more: "Mehr zeigen",
  failed: "Ihre Aktivitäten können gerade nicht gezeigt werden",
};
