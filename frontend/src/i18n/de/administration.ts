import type { administration as en } from "../en/administration";
import { count, sentence } from "./count";

const lockedUntil: (typeof en)["lockedUntil"] = {
  password: (until) => `Passwort: gesperrt bis ${until}.`,
  totp: (until) => `Codes der Authenticator-App: gesperrt bis ${until}.`,
  recovery_code: (until) => `Wiederherstellungscodes: gesperrt bis ${until}.`,
};
const lockedPermanently: (typeof en)["lockedPermanently"] = {
  password: "Passwort: gesperrt. Warten hebt die Sperre nicht auf.",
  totp: "Codes der Authenticator-App: gesperrt. Die Sperre endet, wenn sich der Inhaber mit einem Wiederherstellungscode anmeldet oder Sie MFA zurücksetzen.",
  recovery_code: "Wiederherstellungscodes: gesperrt. Warten hebt die Sperre nicht auf.",
};

const actions: (typeof en)["actions"] = {
  endSessions: {
    button: "Überall abmelden",
    title: "Überall abmelden?",
    consequence: (email) =>
      `Alle Sitzungen von ${email} werden beendet, auch Anmeldungen, die noch auf einen Code warten. Bekannte Geräte werden vergessen. Passwort und MFA bleiben unverändert.`,
    submit: "Überall abmelden",
    doneTitle: "Überall abgemeldet",
    done: (email) => `${email} ist überall abgemeldet.`,
  },
  disable: {
    button: "Konto sperren",
    title: "Dieses Konto sperren?",
    consequence: (email) =>
      `${email} wird überall abgemeldet und kann sich erst wieder anmelden, wenn das Konto freigegeben ist. Bereits gesendete Links werden ungültig.`,
    submit: "Konto sperren",
    doneTitle: "Konto gesperrt",
    done: (email) => `${email} ist gesperrt und kann sich nicht anmelden.`,
  },
  enable: {
    button: "Konto freigeben",
    title: "Dieses Konto freigeben?",
    consequence: (email) =>
      `${email} kann sich wieder anmelden, mit demselben Passwort und denselben MFA-Methoden wie zuvor.`,
    submit: "Konto freigeben",
    doneTitle: "Konto freigegeben",
    done: (email) => `${email} ist wieder freigegeben.`,
  },
  resetMfa: {
    button: "MFA zurücksetzen",
    title: "MFA zurücksetzen?",
    consequence: (email) =>
      `Alle MFA-Methoden und Wiederherstellungscodes von ${email} werden entfernt und alle Sitzungen beendet.`,
    submit: "MFA zurücksetzen",
    doneTitle: "MFA zurückgesetzt",
    done: (email) => `MFA ist für ${email} ausgeschaltet.`,
  },
  resetPassword: {
    button: "Passwort zurücksetzen",
    title: "Passwort zurücksetzen?",
    consequence: (email) =>
      `Das bisherige Passwort von ${email} wird ungültig, und alle Sitzungen werden beendet. Der Inhaber erhält per E-Mail einen Link für ein neues Passwort.`,
    submit: "Passwort zurücksetzen",
    doneTitle: "Passwort zurückgesetzt",
    done: (email) =>
      `Das alte Passwort ist nicht mehr gültig. Ein Link für ein neues wurde an ${email} gesendet.`,
  },
};

export const administration: typeof en = {
  lead: "Konto suchen, Status prüfen und dem Inhaber helfen.",
  accounts: "Konten",
  search: "E-Mail-Adresse",
  searchHint: "Geben Sie den Anfang einer Adresse ein.",
  find: "Suchen",
  list: "Gefundene Konten",
  noAccounts: "Es gibt noch keine Konten.",
  noMatch: (start) =>
    `Keine Adresse beginnt mit „${start}“. Prüfen Sie die Schreibweise oder geben Sie weniger Zeichen ein.`,
  resultCount: (n) => `${sentence(count(n, "ein Konto wird", "Konten werden"))} angezeigt.`,
  more: "Mehr anzeigen",
  failed: "Die Konten konnten nicht geladen werden",
  disabled: "Gesperrt",
  administrator: "Administrator",
  mfaOn: "MFA an",
  mfaOff: "MFA aus",
  since: (date) => `Erstellt am ${date}`,

  accountFailed: "Dieses Konto konnte nicht geladen werden",
  notFoundTitle: "Konto nicht gefunden",
  notFoundLead: "Die Adresse dieser Seite ist falsch, oder das Konto existiert nicht mehr.",
  back: "Alle Konten",
  state: "Konto",
  stateLead: "Status, Passwort und letzte Anmeldung.",
  active: "Aktiv",
  name: "Name",
  noName: "Nicht angegeben",
  created: "Erstellt",
  lastSignIn: "Letzte Anmeldung",
  noSignIn: "Keine in den gespeicherten Aktivitäten",
  password: "Passwort",
  changed: "Geändert",
  noPassword: "Keines. Der Inhaber legt mit einem Link aus einer E-Mail ein neues fest.",
  disabledSince: "Gesperrt seit",
  ownAccount:
    "Das ist Ihr eigenes Konto. Ändern Sie es in Ihren Einstellungen oder bitten Sie einen anderen Administrator.",
  lockedTitle: "Zu viele Fehlversuche",
  lockedUntil,
  lockedPermanently,
  mfaLead: "Beim Anmelden zusätzlich zum Passwort nötig.",
  methods: "MFA-Methoden",
  noMethods: "Keine MFA-Methoden registriert.",
  noCodes: "Keine Wiederherstellungscodes",
  removal: (requested) =>
    `Am ${requested} wurde mit dem richtigen Passwort beantragt, MFA zu entfernen. Wenn Sie MFA zurücksetzen oder das Konto sperren, endet der Antrag.`,
  sessionsLead: "Geräte, die bei diesem Konto angemeldet sind.",
  sessions: "Sitzungen dieses Kontos",
  noSessions: "Keine aktiven Sitzungen.",
  activityLead: "Letzte Anmeldungen und Änderungen, neueste zuerst.",
  activityFailed: "Die Aktivitäten konnten nicht geladen werden",
  noActivity: "Noch keine Aktivitäten.",
  byAdministrator: "durch diesen Administrator",
  byYou: "durch Sie",

  invite: {
    button: "Benutzer einladen",
    again: "Neue Einladung senden",
    title: "Benutzer einladen",
    lead: "Damit wird ein Konto erstellt. Der Benutzer erhält per E-Mail einen Link, mit dem er das Passwort festlegt, sodass nur er es kennt. Der Link einer früheren Einladung wird ungültig.",
    submit: "Einladung senden",
    malformed: "Geben Sie eine vollständige E-Mail-Adresse ein, zum Beispiel name@example.com.",
    taken: "Zu dieser Adresse gibt es schon ein Konto.",
    doneTitle: "Einladung gesendet",
    done: (email, until) =>
      `Ein Link zum Festlegen des Passworts wurde an ${email} gesendet. Er gilt bis ${until}.`,
    pending: "Noch nicht festgelegt. Der Benutzer legt es mit dem Link der Einladung fest.",
    noMail:
      "Dieser Dienst versendet keine E-Mails. Für eine Einladung gibt ein Betreiber einen Link aus: twofold account invite",
  },

  actions,
  verifyRequester: "Prüfen Sie, wer fragt. Auch Angreifer bitten darum.",
  mfaStays: "MFA bleibt unverändert: Ist MFA an, wird beim Anmelden weiterhin ein Code verlangt.",
  noMail:
    "Dieser Dienst versendet keine E-Mails. Bei vergessenem Passwort gibt ein Betreiber einen Link aus: twofold account reset-password",
  passwordOnly: "Danach genügt zum Anmelden das Passwort allein.",
  enrollsAtNextSignIn:
    "MFA ist hier Pflicht. Bei der nächsten Anmeldung wird eine neue Authenticator-App verlangt.",
  reason: "Grund",
  reasonHint: "Der Kontoinhaber sieht ihn in seinen Aktivitäten.",
  reasonMissing: "Geben Sie einen Grund an, und wie Sie geprüft haben, wer fragt.",
  reasonTooLong: "Verwenden Sie höchstens 500 Zeichen.",
  reasonControl: "Verwenden Sie nur Buchstaben, Ziffern, Leerzeichen und Sonderzeichen.",
  sessionsEnded: (n) =>
    n === 0 ? "" : `${sentence(count(n, "eine Sitzung wurde", "Sitzungen wurden"))} beendet.`,
  noticeSent: "Der Inhaber wurde per E-Mail benachrichtigt.",

  mfaRequiredTitle: "Für die Verwaltung ist MFA erforderlich",
  mfaNotEnabled:
    "MFA ist für Ihr Konto ausgeschaltet. Registrieren Sie eine Authenticator-App und kommen Sie dann zurück.",
  sessionWithoutMfa:
    "Sie haben sich ohne Code angemeldet. Melden Sie sich ab und dann mit einem Code wieder an.",
  toAccountSettings: "Zu den Kontoeinstellungen",
};
