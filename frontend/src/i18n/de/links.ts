import type { links as en } from "../en/links";
import { count, during, sentence } from "./count";

export const links: typeof en = {
  toSignIn: "Zur Anmeldung",
  toAccount: "Zu Ihrem Konto",
  expiredTitle: "Dieser Link ist nicht mehr gültig",
  incomplete:
    "Der Link ist unvollständig. Öffnen Sie ihn noch einmal aus der E-Mail oder kopieren Sie ihn vollständig in die Adresszeile.",
  sessionsEnded: (n) =>
    n === 0 ? "" : `${sentence(count(n, "eine Sitzung wurde", "Sitzungen wurden"))} abgemeldet.`,

  forgot: {
    title: "Passwort vergessen?",
    lead: "Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort festlegen.",
    submit: "Link senden",
    sentTitle: "Prüfen Sie Ihren Posteingang",
    sent: (email) =>
      `Wenn es ein Konto für ${email} gibt, haben wir einen Link an diese Adresse gesendet. Er gilt einmal und läuft nach 30 Minuten ab.`,
    notArrived:
      "Nach ein paar Minuten keine E-Mail? Sehen Sie im Spam-Ordner nach und prüfen Sie die Schreibweise der Adresse.",
    otherAddress: "Andere Adresse verwenden",
    noMailTitle: "Hilfe mit Ihrem Passwort",
    noMail:
      "Dieser Dienst versendet keine E-Mails und kann Ihnen deshalb keinen Link senden. Wenden Sie sich an den Support.",
    supportLead: "Support:",
    back: "Zurück zur Anmeldung",
  },

  reset: {
    title: "Neues Passwort festlegen",
    lead: "Damit werden Sie auf allen Geräten abgemeldet. Wenn Ihr Konto MFA verwendet, brauchen Sie beim Anmelden weiterhin einen Code.",
    submit: "Passwort festlegen",
    expired:
      "Ein Link zum Zurücksetzen des Passworts gilt einmal und läuft nach 30 Minuten ab. Fordern Sie einen neuen an.",
    askAgain: "Neuen Link anfordern",
  },

  invitation: {
    title: "Passwort festlegen",
    lead: "Sie wurden zu einem Konto eingeladen. Wählen Sie ein Passwort dafür und melden Sie sich dann an.",
    submit: "Passwort festlegen",
    expired:
      "Eine Einladung gilt einmal und läuft nach sieben Tagen ab. Wenn Sie schon ein Passwort festgelegt haben, melden Sie sich damit an. Bitten Sie sonst einen Administrator um eine neue Einladung.",
  },

  confirm: {
    title: "Diese Adresse bestätigen",
    lead: "Bestätigen Sie, dass Sie E-Mails an diese Adresse erhalten. Danach verwendet Ihr Konto sie.",
    submit: "Adresse bestätigen",
    done: {
      email: (email) => `Sie melden sich jetzt mit ${email} an.`,
      notice_email: (email) => `Wir senden Benachrichtigungen jetzt auch an ${email}.`,
    },
    doneTitle: "Adresse bestätigt",
    expired:
      "Ein Bestätigungslink gilt einmal und läuft nach einem Tag ab. Für einen neuen melden Sie sich an und geben Sie die Adresse noch einmal ein.",
  },

  notMe: {
    title: "Waren Sie das nicht?",
    lead: "Wenn Sie nicht wissen, wovon die Benachrichtigung handelt, wählen Sie unten „Das war ich nicht“. Dann geschieht sofort Folgendes:",
    consequences: [
      "Sie werden auf allen Geräten abgemeldet.",
      "Wenn es um eine Authenticator-App geht, funktioniert diese App nicht mehr. War sie Ihre erste, werden alle Apps und Wiederherstellungscodes entfernt, und MFA ist aus.",
      "Wenn es um Wiederherstellungscodes geht, werden alle gelöscht.",
      "Meistens wird auch Ihr Passwort ungültig. Dann senden wir Ihnen einen Link für ein neues.",
    ],
    wasMe: "Wenn Sie es waren, schließen Sie diese Seite. Es ändert sich nichts.",
    submit: "Das war ich nicht",
    doneTitle: "Ihr Konto ist geschützt",
    method: {
      suspended:
        "Die Authenticator-App ist gesperrt, ihre Codes sind ungültig. Melden Sie sich mit einer anderen Methode oder einem Wiederherstellungscode an und entfernen Sie die App dann.",
      removed: "Alle Authenticator-Apps und Wiederherstellungscodes wurden entfernt, und MFA ist aus.",
      gone: "Die Authenticator-App war bereits entfernt.",
    },
    passwordReset:
      "Ihr Passwort ist nicht mehr gültig. In Ihrem Posteingang finden Sie einen Link für ein neues.",
    next: "Möglicherweise kennen andere Ihr Passwort. Melden Sie sich an und ändern Sie es.",
    expired:
      "Dieser Link gilt einmal und läuft nach sieben Tagen ab. Wenn Sie noch Bedenken haben, melden Sie sich an, ändern Sie Ihr Passwort und prüfen Sie Ihre Sitzungen und Aktivitäten.",
  },

  cancelRemoval: {
    title: "MFA beibehalten?",
    lead: "Mit Ihrem Passwort wurde beantragt, MFA von Ihrem Konto zu entfernen, weil Telefon und Wiederherstellungscodes verloren sind. Wenn Sie das nicht waren oder Ihr Telefon oder einen Code gefunden haben, behalten Sie MFA bei.",
    submit: "MFA beibehalten",
    doneTitle: "MFA bleibt an",
    done: (pause) =>
      `Das Entfernen wurde abgebrochen. ${during(pause)} kann es nicht noch einmal beantragt werden. Wenn Sie es nicht beantragt haben, kennt eine andere Person Ihr Passwort: Melden Sie sich an und ändern Sie es.`,
    expired:
      "Das Entfernen wurde bereits abgebrochen oder abgeschlossen. Melden Sie sich an, um Ihr Konto zu prüfen.",
  },

  completeRemoval: {
    title: "MFA von Ihrem Konto entfernen?",
    lead: "Sie haben das beantragt, weil Sie Ihr Telefon und Ihre Wiederherstellungscodes verloren haben. Dann geschieht sofort Folgendes:",
    consequences: [
      "MFA wird ausgeschaltet: Zum Anmelden genügt Ihr Passwort.",
      "Ihre Authenticator-Apps und Wiederherstellungscodes werden ungültig.",
      "Sie werden auf allen Geräten abgemeldet.",
    ],
    foundFactor:
      "Telefon oder Wiederherstellungscode gefunden? Schließen Sie diese Seite und melden Sie sich damit an.",
    submit: "MFA entfernen",
    doneTitle: "MFA entfernt",
    done: "Melden Sie sich mit Ihrem Passwort an und registrieren Sie auf Ihrem neuen Telefon eine MFA-Methode.",
    expired:
      "Das Entfernen wurde abgebrochen oder bereits abgeschlossen, oder der Link ist abgelaufen. Melden Sie sich an, um Ihr Konto zu prüfen.",
  },
};
