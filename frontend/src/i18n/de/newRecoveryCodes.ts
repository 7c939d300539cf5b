import { otherSessions } from "./receipt";
import type { newRecoveryCodes as en } from "../en/newRecoveryCodes";

export const newRecoveryCodes: typeof en = {
  heading: "Speichern Sie Ihre Wiederherstellungscodes",
  lead: "Wenn Ihr Telefon weg ist, meldet jeder davon Sie einmal an. Bewahren Sie sie dort auf, wo Sie sie ohne das Telefon finden: in einem Passwortmanager oder auf Papier.",
  shownOnce: "Sie werden nur jetzt gezeigt.",
  list: "Wiederherstellungscodes",
  download: "Herunterladen",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Die Codes sind markiert: Kopieren Sie sie mit der Tastatur.",
  print: "Drucken",
  saved: "Ich habe sie gespeichert",
  reminder: "Speichern Sie zuerst die Codes, dann setzen Sie diesen Haken.",
  fileTitle: (product) => `${product}: Wiederherstellungscodes`,
  fileAccount: (email) => `Konto: ${email}`,
  fileDate: (date) => `Erzeugt: ${date}. Ältere Codes gelten nicht mehr.`,
  fileHint:
    "Jeder Code gilt einmal, zusammen mit Ihrem Passwort. Bewahren Sie sie sicher und getrennt davon auf.",
  fileName: "wiederherstellungscodes.txt",
  confirmTitle: "Neue Wiederherstellungscodes erzeugen?",
  confirm: "Sie bekommen neue Codes. Die bisherigen gelten dann nicht mehr, wo immer Sie sie aufbewahren.",
  otherSessions,
  confirmSubmit: "Codes erzeugen",
  shownTitle: "Ihre neuen Wiederherstellungscodes",
  oldCodesInvalid: "Die alten gelten nicht mehr.",
};
