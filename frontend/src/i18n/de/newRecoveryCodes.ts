import { otherSessions } from "./receipt";
import type { newRecoveryCodes as en } from "../en/newRecoveryCodes";

export const newRecoveryCodes: typeof en = {
  heading: "Speichern Sie Ihre Wiederherstellungscodes",
  lead: "Ohne Ihr Telefon können Sie sich mit einem dieser Codes anmelden. Jeder gilt einmal. Bewahren Sie sie dort auf, wo Sie sie ohne Ihr Telefon finden, etwa in einem Passwortmanager oder auf Papier.",
  shownOnce: "Sie werden später nicht noch einmal angezeigt.",
  list: "Wiederherstellungscodes",
  download: "Herunterladen",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Kopieren nicht möglich. Die Codes sind markiert: Kopieren Sie sie mit der Tastatur.",
  print: "Drucken",
  saved: "Ich habe diese Codes gespeichert",
  reminder: "Speichern Sie zuerst die Codes und setzen Sie dann diesen Haken.",
  fileTitle: (product) => `${product}: Wiederherstellungscodes`,
  fileAccount: (email) => `Konto: ${email}`,
  fileDate: (date) => `Erstellt: ${date}. Ältere Codes sind ungültig.`,
  fileHint:
    "Jeder Code gilt einmal, zusammen mit Ihrem Passwort. Bewahren Sie die Codes sicher und getrennt davon auf.",
  fileName: "wiederherstellungscodes.txt",
  confirmTitle: "Neue Wiederherstellungscodes erstellen?",
  confirm: "Sie erhalten neue Codes. Die bisherigen werden ungültig.",
  otherSessions,
  confirmSubmit: "Codes erstellen",
  shownTitle: "Ihre neuen Wiederherstellungscodes",
  oldCodesInvalid: "Ihre alten Codes sind ungültig.",
};
