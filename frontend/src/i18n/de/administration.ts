import type { administration as en } from "../en/administration";
import { count, sentence } from "./count";

const lockedUntil: (typeof en)["lockedUntil"] = {
  password: (until) => `Das Passwort wird erst ab ${until} wieder geprüft.`,
  totp: (until) => `Codes der Authenticator-App werden erst ab ${until} wieder geprüft.`,
  recovery_code: (until) => `Wiederherstellungscodes werden erst ab ${until} wieder geprüft.`,
};
const forGood = "nicht mehr geprüft, auch nicht nach einer Weile.";
const lockedPermanently: (typeof en)["lockedPermanently"] = {
  password: `Das Passwort wird ${forGood}`,
  totp: `Codes der Authenticator-App werden ${forGood} Es hilft ein Wiederherstellungscode, oder MFA zurückzusetzen.`,
  recovery_code: `Wiederherstellungscodes werden ${forGood}`,
};

const actions: (typeof en)["actions"] = {
  endSessions: {
    button: "Überall abmelden",
    title: "Überall abmelden?",
    consequence: (email) =>
      `Alle Sitzungen von ${email} enden, auch Anmeldungen, die auf einen Code warten, und seine Geräte werden nicht mehr wiedererkannt. Passwort und MFA bleiben, wie sie sind.`,
    submit: "Überall abmelden",
    doneTitle: "Überall abgemeldet",
    done: (email) => `${email} ist überall abgemeldet.`,
  },
  disable: {
    button: "Konto sperren",
    title: "Dieses Konto sperren?",
    consequence: (email) =>
      `${email} wird überall abgemeldet und kann sich nicht anmelden, bis das Konto wieder freigegeben ist. Verschickte Links gelten nicht mehr.`,
    submit: "Konto sperren",
    doneTitle: "Konto gesperrt",
    done: (email) => `${email} ist gesperrt: Niemand meldet sich dort an.`,
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
      `Alle MFA-Methoden und Wiederherstellungscodes von ${email} werden entfernt, und alle Sitzungen enden.`,
    submit: "MFA zurücksetzen",
    doneTitle: "MFA zurückgesetzt",
    done: (email) => `MFA ist für ${email} aus.`,
  },
};

export const administration: typeof en = {
  lead: "Finden Sie, wer um Hilfe bittet, und sehen Sie, wie es um das Konto steht.",
  accounts: "Konten",
  search: "E-Mail-Adresse",
  searchHint: "Ihr Anfang genügt.",
  find: "Suchen",
  list: "Gefundene Konten",
  noAccounts: "Es gibt noch kein Konto.",
  noMatch: (start) =>
    `Keine Adresse beginnt mit „${start}“. Prüfen Sie die Schreibweise, oder geben Sie weniger davon ein.`,
  resultCount: (n) => `${sentence(count(n, "ein Konto wird", "Konten werden"))} gezeigt.`,
  more: "Mehr zeigen",
  failed: "Die Konten können gerade nicht gezeigt werden",
  disabled: "Gesperrt",
  administrator: "Administration",
  mfaOn: "MFA an",
  mfaOff: "MFA aus",
  since: (date) => `Seit ${date}`,

  accountFailed: "Dieses Konto kann gerade nicht gezeigt werden",
  notFoundTitle: "Dieses Konto gibt es nicht",
  notFoundLead: "Die Adresse dieser Seite stimmt nicht, oder das Konto besteht nicht mehr.",
  back: "Alle Konten",
  state: "Konto",
  stateLead: "Wie es um das Konto steht. Nichts hiervon ist geheim.",
  active: "Aktiv",
  name: "Name",
  noName: "Nicht angegeben",
  created: "Angelegt",
  lastSignIn: "Letzte Anmeldung",
  noSignIn: "Keine, von der die Aktivitäten noch wissen",
  password: "Passwort",
  changed: "Geändert",
  noPassword: "Nach „Das war ich nicht“ muss mit einem Link aus einer E-Mail ein neues gesetzt werden",
  disabledSince: "Gesperrt seit",
  ownAccount:
    "Das ist Ihr eigenes Konto. Ändern Sie es in Ihren Einstellungen; mehr kann nur jemand anderes aus der Verwaltung.",
  lockedTitle: "Zu oft falsch",
  lockedUntil,
  lockedPermanently,
  mfaLead: "Was zur Anmeldung neben dem Passwort gehört.",
  methods: "MFA-Methoden",
  noMethods: "Es ist keine MFA-Methode registriert.",
  noCodes: "Keine Wiederherstellungscodes",
  removal: (requested) =>
    `Am ${requested} wurde mit dem Passwort die Entfernung von MFA beantragt. MFA zurückzusetzen oder das Konto zu sperren beendet sie.`,
  sessionsLead: "Wo jemand gerade in diesem Konto angemeldet ist.",
  sessions: "Sitzungen dieses Kontos",
  noSessions: "Niemand ist angemeldet.",
  activityLead:
    "Was mit dem Konto geschehen ist, das Neueste zuerst, in den Worten, in denen sein Inhaber es liest.",
  activityFailed: "Die Aktivitäten können gerade nicht gezeigt werden",
  noActivity: "Es ist noch nichts geschehen.",
  byAdministrator: "durch dieses Verwaltungskonto",
  byYou: "durch Sie",

  actions,
  verifyRequester: "Seien Sie sicher, wer fragt: Genau darum bitten Angreifer.",
  passwordOnly: "Danach genügt zur Anmeldung das Passwort.",
  enrollsAtNextSignIn: "MFA ist hier Pflicht: Die nächste Anmeldung verlangt eine neue Authenticator-App.",
  reason: "Grund",
  reasonHint: "Der Inhaber liest ihn in seinen Aktivitäten.",
  reasonMissing: "Sagen Sie, warum, und woran Sie erkannt haben, wer fragt.",
  reasonTooLong: "Höchstens 500 Zeichen.",
  reasonControl: "Nur Buchstaben, Ziffern, Leerzeichen und Zeichen.",
  sessionsEnded: (n) =>
    n === 0 ? "" : `${sentence(count(n, "eine Sitzung wurde", "Sitzungen wurden"))} beendet.`,
  noticeSent: "Wir haben dem Inhaber eine Mitteilung per E-Mail geschickt.",

  mfaRequiredTitle: "Die Verwaltung setzt MFA voraus",
  mfaNotEnabled:
    "Wer sich um die Konten anderer kümmert, meldet sich mit zwei Faktoren an, und MFA ist für Ihr Konto aus. Registrieren Sie eine Authenticator-App, dann kommen Sie wieder.",
  sessionWithoutMfa:
    "Ihr Konto hat MFA, aber in dieser Sitzung haben Sie sich ohne Code angemeldet. Melden Sie sich ab und mit einem Code wieder an.",
  toAccountSettings: "Zu Ihren Kontoeinstellungen",
};
