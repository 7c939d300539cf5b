import type { profile as en } from "../en/profile";

export const profile: typeof en = {
  email: "E-Mail-Adresse",
  memberSince: (date) => `Konto erstellt am ${date}`,
  edit: "Bearbeiten",
  change: "Ändern",
  add: "Hinzufügen",
  remove: "Entfernen",
  save: "Speichern",
  name: "Name",
  noName: "Nicht angegeben",
  nameHint: "Damit sprechen wir Sie in E-Mails an.",
  nameTooLong: "Verwenden Sie höchstens 64 Zeichen.",
  nameControl: "Verwenden Sie nur Buchstaben, Ziffern, Leerzeichen und Sonderzeichen.",
  nameSaved: (name) => (name ? `Ihr Name ist jetzt ${name}.` : "Ihr Name wurde entfernt."),
  changeEmail: "E-Mail-Adresse ändern",
  noticeEmail: "Zweite Adresse für Benachrichtigungen",
  noNoticeEmail: "Keine. Benachrichtigungen gehen nur an die Adresse oben.",
  addNoticeEmail: "Zweite Adresse für Benachrichtigungen hinzufügen",
  changeNoticeEmail: "Zweite Adresse für Benachrichtigungen ändern",
  removeNoticeEmail: "Zweite Adresse entfernen",
  noticeEmailRemoved: "Die zweite Adresse wurde entfernt.",
  noMail:
    "Dieser Dienst versendet keine E-Mails. Deshalb können Sie Ihre Adressen hier nicht ändern. Wenden Sie sich an den Support.",
  pending: {
    email: (address, until) =>
      `Wir haben einen Link an ${address} gesendet. Öffnen Sie ihn bis ${until}. Bis dahin melden Sie sich mit der Adresse oben an.`,
    notice_email: (address, until) =>
      `Wir haben einen Link an ${address} gesendet. Öffnen Sie ihn bis ${until}. Bis dahin senden wir keine Benachrichtigungen dorthin.`,
    resend: "Erneut senden",
    cancel: "Änderung verwerfen",
    cancelled: "Die Änderung wurde verworfen. Der gesendete Link ist nicht mehr gültig.",
    sent: (address) =>
      `Wir haben einen Link an ${address} gesendet. Öffnen Sie ihn, um die Adresse zu bestätigen.`,
  },
  language: "Sprache der E-Mails",
  export: "Ihre Daten herunterladen",
  exportHint: "Profil, MFA-Methoden, Sitzungen und Aktivitäten als JSON-Datei ohne Geheimnisse.",
  languageSaved: (name) => `Sprache der E-Mails auf ${name} geändert.`,
};
