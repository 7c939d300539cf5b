import type { enroll as en } from "../en/enroll";
import { otherSessions } from "./receipt";

export const enroll: typeof en = {
  title: "MFA-Methode registrieren",
  steps: { reauthenticate: "Identität bestätigen", scan: "Scannen", verify: "Prüfen", success: "Fertig" },
  stepOf: (step, of, name) => `Schritt ${step} von ${of}: ${name}`,
  reauthenticateLead: "Geben Sie Ihre üblichen Anmeldedaten ein, um Ihre Identität zu bestätigen.",
  replaceTitle: "Authenticator-App ersetzen",
  replaceLead: (name) =>
    `„${name}“ funktioniert weiter, bis Sie die neue App bestätigen. Geben Sie zuerst Ihre üblichen Anmeldedaten ein.`,
  name: "Name für diese Authenticator-App",
  nameHint: "Damit Sie sie später wiedererkennen, etwa „Diensthandy“.",
  nameTooLong: "Verwenden Sie höchstens 64 Zeichen.",
  nameControl: "Verwenden Sie nur Buchstaben, Ziffern, Leerzeichen und Sonderzeichen.",
  scanLead: "Scannen Sie diesen QR-Code mit Ihrer Authenticator-App.",
  openLead: "Fügen Sie Ihr Konto der Authenticator-App auf diesem Gerät hinzu.",
  appHint:
    "Eine Authenticator-App wie Aegis, 1Password, Google Authenticator oder Microsoft Authenticator erzeugt alle 30 Sekunden einen neuen 6-stelligen Code.",
  qrAlt: "QR-Code mit dem Schlüssel für Ihre Authenticator-App. Derselbe Schlüssel steht darunter als Text.",
  openApp: "In der Authenticator-App öffnen",
  orScan: "Oder scannen Sie diesen QR-Code mit einem anderen Gerät.",
  cantScan: "Scannen nicht möglich?",
  cantScanLead:
    "Wählen Sie in der App die manuelle Eingabe. Geben Sie diesen Schlüssel ein und wählen Sie „zeitbasiert“.",
  key: "Schlüssel",
  copy: "Schlüssel kopieren",
  copied: "Kopiert",
  copyFailed: "Kopieren nicht möglich. Der Schlüssel ist markiert: Kopieren Sie ihn mit der Tastatur.",
  shownOnce: "Der Schlüssel wird nur einmal angezeigt. Behandeln Sie ihn wie ein Passwort.",
  verifyLead: "Geben Sie den 6-stelligen Code aus Ihrer Authenticator-App ein.",
  code: "6-stelliger Code",
  codeHint: "Er ändert sich alle 30 Sekunden.",
  otherSessions,
  submit: "Registrieren",
  endedTitle: "Diese Registrierung ist beendet",
  endedElsewhere:
    "Sie wurde an anderer Stelle abgebrochen oder neu begonnen, vielleicht in einem anderen Tab. An Ihrem Konto hat sich nichts geändert.",
  startAgain: "Neu beginnen",
  successTitle: "Sie haben eine MFA-Methode registriert",
  success: (name) => `Sie melden sich jetzt mit Passwort und Code an. „${name}“ ist einsatzbereit.`,
  replacedTitle: "Authenticator-App ersetzt",
  replaced: (name, old) =>
    `„${name}“ hat „${old}“ ersetzt. Die alten Codes sind ungültig: Löschen Sie den Eintrag in der alten App. Ihre Wiederherstellungscodes bleiben gültig.`,
};
