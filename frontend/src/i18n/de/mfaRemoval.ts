import type { mfaRemoval as en } from "../en/mfaRemoval";
import { during } from "./count";

const slowly =
  "nach einer Wartezeit von Ihrem Konto entfernen lassen. Währenddessen senden wir Ihnen Benachrichtigungen, damit Angreifer, die Ihr Passwort kennen, das nicht unbemerkt tun können.";

export const mfaRemoval: typeof en = {
  title: "Telefon und Codes verloren?",
  lead: `Sie können die Multi-Faktor-Authentifizierung (MFA) ${slowly}`,
  steps: (delay, codes) => [
    "Wir benachrichtigen alle E-Mail-Adressen Ihres Kontos, sofort und dann täglich.",
    `${during(delay)} lässt sich das Entfernen mit einem Link in diesen E-Mails abbrechen${codes ? ", mit einem Code von Ihrem Telefon oder mit einem Wiederherstellungscode" : ""}.`,
    "Danach senden wir Ihnen den Link, mit dem Sie MFA entfernen. Dann genügt zum Anmelden Ihr Passwort, und Sie werden auf allen Geräten abgemeldet.",
  ],
  submit: "Entfernen beantragen",
  backToCode: "Zurück zum Code",
  support: (whom) => `Brauchen Sie schneller Hilfe? Wenden Sie sich an den Support: ${whom}`,
  noFactorTitle: "Anmeldung mit Code nicht möglich",
  noFactor:
    "Ihr Passwort ist richtig, und Ihr Konto verwendet MFA. Die Authenticator-App wurde aber mit „Das war ich nicht“ gemeldet und gesperrt, und Sie haben keine Wiederherstellungscodes.",
  noFactorRemoval: `Um wieder Zugang zu erhalten, können Sie die Multi-Faktor-Authentifizierung (MFA) ${slowly}`,
  noFactorNoRemoval:
    "Wenden Sie sich an den Support, um wieder Zugang zu Ihrem Konto zu erhalten. Beschreiben Sie, was hier steht.",
  unavailableTitle: "Hilfe bei der Anmeldung",
  askSupport: (whom) => `Support: ${whom}`,
  announcedTitle: "Entfernen beantragt",
  announced:
    "Wir haben eine Benachrichtigung an alle E-Mail-Adressen Ihres Kontos gesendet. Sie können diese Seite schließen.",
  requested: "Beantragt am",
  timeLeft: (span) => `Sie können noch ${span} lang abbrechen.`,
  almostDue: "Die Wartezeit ist fast vorbei. Die letzte E-Mail folgt in Kürze.",
  paused:
    "Die Wartezeit ist angehalten: Eine E-Mail ist noch nicht zugestellt, oder es gab in letzter Zeit Fehlversuche.",
  ready: "Die letzte E-Mail ist unterwegs. Öffnen Sie den Link darin, um MFA zu entfernen.",
  foundFactor: "Telefon oder Wiederherstellungscode gefunden?",
  cancelPending: "Laufenden Antrag abbrechen",
  cancelTitle: "Entfernen abbrechen",
  cancelLead: (pause) =>
    `Geben Sie einen Code ein, damit MFA an bleibt. ${during(pause)} kann das Entfernen nicht noch einmal beantragt werden.`,
  codeHint: "Aus Ihrer Authenticator-App.",
  cancelSubmit: "Entfernen abbrechen",
  codesLocked:
    "Mit Codes lässt sich dieser Antrag nicht mehr abbrechen. Verwenden Sie den Link in einer der E-Mails.",
  nonePending: "Es gibt keinen laufenden Antrag, den Sie abbrechen könnten.",
  cancelledTitle: "Entfernen abgebrochen",
  cancelled: (pause) =>
    `MFA bleibt an. ${during(pause)} kann das Entfernen nicht noch einmal beantragt werden.`,
  cancelledNext: "Sie können sich jetzt anmelden. Jeder Code gilt nur einmal: Verwenden Sie einen neuen.",
};
