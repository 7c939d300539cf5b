import { others } from "./receipt";
import type { codes as en } from "../en/codes";

export const codes: typeof en = {
  heading: "Speichern Sie Ihre Wiederherstellungscodes",
  lead: "Ohne Ihr Telefon können Sie sich mit einem dieser Codes anmelden. Jeder gilt einmal. Bewahren Sie sie dort auf, wo Sie sie ohne Ihr Telefon finden, etwa in einem Passwortmanager oder auf Papier.",
  once: "Sie werden später nicht noch einmal angezeigt.",
  list: "Wiederherstellungscodes",
  download: "Herunterladen",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Kopieren nicht möglich. Die Codes sind markiert: Kopieren Sie sie mit der Tastatur.",
  print: "Drucken",
  saved: "Ich habe diese Codes gespeichert",
  reminder: "Speichern Sie zuerst die Codes und setzen Sie dann diesen Haken.",
  sheetTitle: (product) => `${product}: Wiederherstellungscodes`,
  sheetAccount: (email) => `Konto: ${email}`,
  sheetDate: (date) => `Erstellt: ${date}. Ältere Codes sind ungültig.`,
  sheetUse:
    "Jeder Code gilt einmal, zusammen mit Ihrem Passwort. Bewahren Sie die Codes sicher und getrennt davon auf.",
  fileName: "wiederherstellungscodes.txt",
  askTitle: "Neue Wiederherstellungscodes erstellen?",
  ask: "Sie erhalten neue Codes. Die bisherigen werden ungültig.",
  others,
  askSubmit: "Codes erstellen",
  shownTitle: "Ihre neuen Wiederherstellungscodes",
  done: "Ihre alten Codes sind ungültig.",
};
