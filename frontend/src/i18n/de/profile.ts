import type { profile as en } from "../en/profile";

export const profile: typeof en = {
  email: "E-Mail-Adresse",
  memberSince: (date) => `Dabei seit ${date}`,
  edit: "Bearbeiten",
  change: "Ändern",
  add: "Hinzufügen",
  remove: "Entfernen",
  save: "Speichern",
  name: "Name",
  noName: "Nicht angegeben",
  nameHint: "Damit reden wir Sie in Mitteilungen an.",
  nameTooLong: "Höchstens 64 Zeichen.",
  nameControl: "Nur Buchstaben, Ziffern, Leerzeichen und Zeichen.",
  nameSaved: (name) => (name ? `Ihr Name ist jetzt ${name}.` : "Ihr Name ist entfernt."),
  changeEmail: "E-Mail-Adresse ändern",
  noticeEmail: "Zweite Adresse für Mitteilungen",
  noNoticeEmail: "Keine: Mitteilungen gehen nur an die Adresse oben.",
  addNoticeEmail: "Zweite Adresse für Mitteilungen hinzufügen",
  changeNoticeEmail: "Zweite Adresse für Mitteilungen ändern",
  removeNoticeEmail: "Zweite Adresse entfernen",
  noticeEmailRemoved: "Die zweite Adresse ist entfernt.",
  noMail:
    "Dieser Dienst verschickt keine E-Mails, Ihre Adressen lassen sich deshalb hier nicht ändern. Fragen Sie den Betreiber.",
  pending: {
    email: (address, until) =>
      `Öffnen Sie bis ${until} den Link, den wir an ${address} geschickt haben. Bis dahin melden Sie sich mit der Adresse oben an.`,
    notice_email: (address, until) =>
      `Öffnen Sie bis ${until} den Link, den wir an ${address} geschickt haben. Bis dahin gehen keine Mitteilungen dorthin.`,
    resend: "Noch einmal senden",
    cancel: "Doch nicht ändern",
    cancelled: "Es wurde nichts geändert. Der Link gilt nicht mehr.",
    sent: (address) =>
      `Wir haben einen Link an ${address} geschickt. Öffnen Sie ihn dort, um die Adresse zu bestätigen.`,
  },
  language: "Sprache der E-Mails",
  languageSaved: (name) => `Ab jetzt kommen E-Mails auf ${name}.`,
};
