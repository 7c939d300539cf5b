import type { mfaRemoval as en } from "../en/mfaRemoval";
import { during } from "./count";

export const mfaRemoval: typeof en = {
  title: "Telefon und Codes verloren?",
  lead: "Die Multi-Faktor-Authentifizierung kann von Ihrem Konto entfernt werden, langsam und offen, damit niemand, der Ihr Passwort kennt, es hinter Ihrem Rücken tut.",
  steps: (delay, codes) => [
    "Wir kündigen es allen E-Mail-Adressen Ihres Kontos an, sofort und jeden Tag.",
    `${during(delay)} kann jeder, der eine dieser Mails bekommt, es abbrechen${codes ? "; ebenso Ihr Telefon und Ihre Wiederherstellungscodes" : ""}.`,
    "Danach kommt eine letzte Mail mit einem Link. Nur dieser Link entfernt MFA: Ihr Passwort allein meldet Sie dann wieder an, und Sie werden überall abgemeldet.",
  ],
  submit: "Entfernung beantragen",
  backToCode: "Zurück zum Code",
  support: (whom) => `Sie brauchen es früher? Hilfe bekommen Sie hier: ${whom}`,
  noFactorTitle: "Kein Code kann Sie anmelden",
  noFactor:
    "Ihr Passwort stimmt, und Ihr Konto hat MFA. Aber seine Authenticator-App ist gesperrt, weil sie als nicht Ihre gemeldet wurde, und es gibt keine Wiederherstellungscodes.",
  noFactorRemoval:
    "Einen Weg gibt es, auf dem Sie allein wieder hineinkommen: Die Multi-Faktor-Authentifizierung wird von Ihrem Konto entfernt, langsam und offen, damit niemand, der Ihr Passwort kennt, es hinter Ihrem Rücken tut.",
  noFactorNoRemoval:
    "Nur wer diesen Dienst betreibt, kann Sie wieder hineinlassen. Sagen Sie dort, was Sie hier lesen.",
  unavailableTitle: "Bitten Sie um Hilfe bei der Anmeldung",
  askSupport: (whom) => `Hilfe bekommen Sie hier: ${whom}`,
  announcedTitle: "Die Entfernung ist angekündigt",
  announced: "Wir haben an alle E-Mail-Adressen Ihres Kontos geschrieben. Sie können diese Seite schließen.",
  requested: "Beantragt",
  timeLeft: (span) => `Abbrechen kann man sie noch ${span} lang.`,
  almostDue: "Die Zeit zum Abbrechen ist fast um: Die letzte Mail folgt.",
  paused:
    "Die Zeit steht gerade still: Eine Mail ist noch nicht zugestellt, oder es wurden zuletzt falsche Codes eingegeben.",
  ready: "Die letzte Mail ist unterwegs. Folgen Sie ihrem Link, um MFA zu entfernen.",
  foundFactor: "Telefon oder einen Wiederherstellungscode gefunden?",
  cancelPending: "Laufende Entfernung abbrechen",
  cancelTitle: "Entfernung abbrechen",
  cancelLead: (pause) =>
    `Geben Sie einen Code ein, und MFA bleibt, wie es ist. ${during(pause)} kann niemand eine neue Entfernung beantragen.`,
  codeHint: "Den, den Ihre Authenticator-App jetzt zeigt.",
  cancelSubmit: "Entfernung abbrechen",
  codesLocked:
    "Codes können diese Entfernung nicht mehr abbrechen. Nehmen Sie den Link in einer ihrer Mails.",
  nonePending: "Es läuft keine Entfernung, es gibt also nichts abzubrechen.",
  cancelledTitle: "Die Entfernung ist abgebrochen",
  cancelled: (pause) =>
    `MFA bleibt, wie es ist. ${during(pause)} kann niemand eine neue Entfernung beantragen.`,
  cancelledNext: "Sie können sich jetzt anmelden. Jeder Code gilt einmal; nehmen Sie den nächsten.",
};
