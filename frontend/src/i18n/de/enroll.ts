import type { enroll as en } from "../en/enroll";
import { otherSessions } from "./receipt";

export const enroll: typeof en = {
  title: "MFA-Methode registrieren",
  steps: { reauthenticate: "Identität bestätigen", scan: "Scannen", verify: "Prüfen", success: "Fertig" },
  stepOf: (step, of, name) => `Schritt ${step} von ${of}: ${name}`,
  reauthenticateLead: "Geben Sie Ihre üblichen Anmeldedaten ein, um zu bestätigen, dass Sie es sind.",
  replaceTitle: "Auf ein neues Telefon umziehen",
  replaceLead: (name) =>
    `„${name}“ gilt, bis das neue Telefon bestätigt ist; dann werden beide auf einmal getauscht. Geben Sie zuerst Ihre üblichen Anmeldedaten ein.`,
  name: "Name für diesen Authenticator",
  nameHint: "Damit Sie ihn wiedererkennen, etwa „Diensthandy“.",
  nameTooLong: "Höchstens 64 Zeichen.",
  nameControl: "Nur Buchstaben, Ziffern, Leerzeichen und Zeichen.",
  scanLead: "Scannen Sie diesen QR-Code mit Ihrer Authenticator-App.",
  openLead: "Fügen Sie Ihr Konto der Authenticator-App auf diesem Gerät hinzu.",
  appHint:
    "Eine Authenticator-App, etwa Aegis, 1Password, Google Authenticator oder Microsoft Authenticator, erzeugt alle 30 Sekunden einen neuen 6-stelligen Code.",
  qrAlt: "QR-Code mit dem Schlüssel für Ihre Authenticator-App. Derselbe Schlüssel steht darunter als Text.",
  openApp: "In der Authenticator-App öffnen",
  orScan: "Oder scannen Sie diesen QR-Code mit einem anderen Gerät.",
  cantScan: "Scannen geht nicht?",
  cantScanLead:
    "Wählen Sie in der App „Schlüssel von Hand eingeben“, tippen Sie diesen Schlüssel ein und wählen Sie „zeitbasiert“.",
  key: "Schlüssel",
  copy: "Schlüssel kopieren",
  copied: "Kopiert",
  copyFailed: "Der Schlüssel ist markiert: Kopieren Sie ihn mit der Tastatur",
  shownOnce: "Der Schlüssel wird nur jetzt gezeigt. Behandeln Sie ihn wie ein Passwort.",
  verifyLead: "Geben Sie den 6-stelligen Code ein, den Ihre Authenticator-App jetzt zeigt.",
  code: "6-stelliger Code",
  codeHint: "Er wechselt alle 30 Sekunden.",
  otherSessions,
  submit: "Registrieren",
  endedTitle: "Diese Registrierung ist beendet",
  endedElsewhere:
    "Sie wurde anderswo abgebrochen oder ersetzt, vielleicht in einem anderen Tab. Es hat sich nichts geändert.",
  startAgain: "Von vorn anfangen",
  successTitle: "Sie haben eine MFA-Methode registriert",
  success: (name) => `Ab jetzt gehören zur Anmeldung Ihr Passwort und ein Code aus „${name}“.`,
  replacedTitle: "Sie sind auf das neue Telefon umgezogen",
  replaced: (name, old) =>
    `Ab jetzt kommen die Codes aus „${name}“. Die von „${old}“ gelten nicht mehr: Löschen Sie den Eintrag in der App des alten Telefons. Ihre Wiederherstellungscodes bleiben, wie sie sind.`,
};
