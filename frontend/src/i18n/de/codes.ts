import { others } from "./receipt";
import type { codes as en } from "../en/codes";

export const codes: typeof en = {
  heading: "Speichern Sie Ihre Wiederherstellungscodes",
  lead: "Wenn Ihr Telefon weg ist, meldet jeder davon Sie einmal an. Bewahren Sie sie dort auf, wo Sie sie ohne das Telefon finden: in einem Passwortmanager oder auf Papier.",
  once: "Sie werden nur jetzt gezeigt.",
  list: "Wiederherstellungscodes",
  download: "Herunterladen",
  copy: "Kopieren",
  copied: "Kopiert",
  copyFailed: "Die Codes sind markiert: Kopieren Sie sie mit der Tastatur.",
  print: "Drucken",
  saved: "Ich habe sie gespeichert",
  reminder: "Speichern Sie zuerst die Codes, dann setzen Sie diesen Haken.",
  sheetTitle: (product) => `${product}: Wiederherstellungscodes`,
  sheetAccount: (email) => `Konto: ${email}`,
  sheetDate: (date) => `Erzeugt: ${date}. Ältere Codes gelten nicht mehr.`,
  sheetUse:
    "Jeder Code gilt einmal, zusammen mit Ihrem Passwort. Bewahren Sie sie sicher und getrennt davon auf.",
  fileName: "wiederherstellungscodes.txt",
  askTitle: "Neue Wiederherstellungscodes erzeugen?",
  ask: "Sie bekommen neue Codes. Die bisherigen gelten dann nicht mehr, wo immer Sie sie aufbewahren.",
  others,
  askSubmit: "Codes erzeugen",
  shownTitle: "Ihre neuen Wiederherstellungscodes",
  done: "Die alten gelten nicht mehr.",
};
