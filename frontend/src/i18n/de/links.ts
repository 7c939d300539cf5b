import type { links as en } from "../en/links";
import { count, during, sentence } from "./count";

export const links: typeof en = {
  toSignIn: "Zur Anmeldung",
  toAccount: "Zu Ihrem Konto",
  expiredTitle: "Dieser Link gilt nicht mehr",
  incomplete:
    "Der Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der E-Mail, oder kopieren Sie ihn ganz in die Adresszeile.",
  sessionsEnded: (n) =>
    n === 0 ? "" : `${sentence(count(n, "eine Sitzung wurde", "Sitzungen wurden"))} abgemeldet.`,

  forgot: {
    title: "Passwort vergessen?",
    lead: "Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir schicken einen Link dorthin, mit dem Sie ein neues Passwort setzen.",
    submit: "Link schicken",
    sentTitle: "Sehen Sie in Ihre E-Mails",
    sent: (email) =>
      `Wenn es zu ${email} hier ein Konto gibt, ist ein Link unterwegs. Er gilt einmal und 30 Minuten lang.`,
    notArrived:
      "Nach ein paar Minuten ist nichts da? Sehen Sie in den Spam-Ordner und prüfen Sie die Adresse.",
    otherAddress: "Andere Adresse verwenden",
    noMailTitle: "Bitten Sie um Hilfe mit Ihrem Passwort",
    noMail:
      "Dieser Dienst verschickt keine E-Mails und kann Ihnen deshalb keinen Link schicken. Wer ihn betreibt, kann mit Ihnen ein neues Passwort setzen.",
    supportLead: "Fragen Sie:",
    back: "Zurück zur Anmeldung",
  },

  reset: {
    title: "Neues Passwort setzen",
    lead: "Danach sind alle Geräte abgemeldet. Wenn Ihr Konto MFA hat, gehört zur Anmeldung weiterhin auch ein Code.",
    submit: "Passwort setzen",
    expired: "Ein Link für ein neues Passwort gilt einmal und 30 Minuten lang. Fordern Sie einen neuen an.",
    askAgain: "Neuen Link anfordern",
  },

  confirm: {
    title: "Diese Adresse bestätigen",
    lead: "Dieser Link zeigt, dass E-Mails an diese Adresse Sie erreichen. Bestätigen Sie, und Ihr Konto benutzt sie.",
    submit: "Adresse bestätigen",
    done: {
      email: (email) => `Ab jetzt melden Sie sich mit ${email} an.`,
      notice_email: (email) => `Ab jetzt gehen Mitteilungen auch an ${email}.`,
    },
    doneTitle: "Die Adresse ist bestätigt",
    expired:
      "Ein Link zum Bestätigen gilt einmal und einen Tag lang. Melden Sie sich an und geben Sie die Adresse für einen neuen noch einmal ein.",
  },

  notMe: {
    title: "Waren Sie das nicht?",
    lead: "Wenn Sie nicht kennen, wovon die Mitteilung spricht, drücken Sie den Knopf unten. Dann gilt sofort:",
    consequences: [
      "Alle Geräte werden abgemeldet.",
      "Wenn es um eine Authenticator-App ging, gilt diese App nicht mehr. MFA bleibt an.",
      "Ist sie Ihre einzige und in den letzten sieben Tagen dazugekommen, wird sie entfernt, und Ihr Passwort auch. Wir schicken Ihnen einen Link für ein neues.",
    ],
    wasMe: "Wenn Sie es waren, schließen Sie diese Seite. Es geschieht nichts.",
    submit: "Das war ich nicht",
    doneTitle: "Ihr Konto ist gesichert",
    method: {
      suspended:
        "Die Authenticator-App ist gesperrt: Sie meldet niemanden an. Melden Sie sich mit einer anderen Methode oder einem Wiederherstellungscode an und entfernen Sie sie.",
      removed: "Die Authenticator-App ist entfernt.",
      gone: "Die Authenticator-App war schon entfernt.",
    },
    passwordReset: "Ihr Passwort gilt nicht mehr. In Ihren E-Mails finden Sie einen Link für ein neues.",
    next: "Vielleicht kennt jemand Ihr Passwort: Melden Sie sich an und ändern Sie es.",
    expired:
      "Ein solcher Link gilt einmal und sieben Tage lang. Wenn Sie noch Sorge haben: Melden Sie sich an, ändern Sie Ihr Passwort und sehen Sie Ihre Sitzungen und Aktivitäten durch.",
  },

  cancelRemoval: {
    title: "Soll MFA an bleiben?",
    lead: "Jemand, der Ihr Passwort kennt, möchte MFA von Ihrem Konto entfernen, weil Telefon und Wiederherstellungscodes fehlen. Wenn Sie das nicht waren oder Ihr Telefon wiederhaben, lassen Sie MFA an.",
    submit: "MFA an lassen",
    doneTitle: "MFA bleibt an",
    done: (pause) =>
      `Die Entfernung ist abgebrochen. ${during(pause)} kann niemand eine neue beantragen. Wenn nicht Sie darum gebeten haben, kennt jemand Ihr Passwort: Melden Sie sich an und ändern Sie es.`,
    expired:
      "Die Entfernung ist schon abgebrochen oder abgeschlossen. Melden Sie sich an, um zu sehen, wie es um Ihr Konto steht.",
  },

  completeRemoval: {
    title: "MFA von Ihrem Konto entfernen?",
    lead: "Sie haben darum gebeten, weil Ihnen Telefon und Wiederherstellungscodes fehlen. Dann gilt sofort:",
    consequences: [
      "MFA geht aus: Ihr Passwort allein meldet Sie an.",
      "Ihre Authenticator-Apps und Wiederherstellungscodes gelten nicht mehr.",
      "Alle Geräte werden abgemeldet.",
    ],
    foundFactor:
      "Wenn Sie Ihr Telefon oder einen Wiederherstellungscode gefunden haben, schließen Sie diese Seite und melden Sie sich damit an.",
    submit: "MFA entfernen",
    doneTitle: "MFA ist entfernt",
    done: "Melden Sie sich mit Ihrem Passwort an und registrieren Sie auf Ihrem neuen Telefon eine MFA-Methode.",
    expired:
      "Die Entfernung wurde abgebrochen, ist schon abgeschlossen, oder der Link ist zu alt. Melden Sie sich an, um zu sehen, wie es um Ihr Konto steht.",
  },
};
