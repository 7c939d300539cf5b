import type { recoveryCodes as en } from "../en/recoveryCodes";
import { count } from "./count";

export const recoveryCodes: typeof en = {
  title: "Wiederherstellungscodes",
  remaining: (n, of) => `Noch ${n} von ${of}`,
  none: "Noch keine",
  generated: "Erstellt",
  explanation: "Ersatzcodes, falls Sie Ihr Telefon nicht zur Hand haben. Jeder gilt einmal.",
  replaceHint:
    "Verloren oder nie gespeichert? Sie können nicht noch einmal angezeigt werden, aber Sie können neue erstellen.",
  low: (n) => `Nur noch ${count(n, "ein Code", "Codes")}. Erstellen Sie neue, bevor sie ausgehen.`,
  retired:
    "Diese Codes sind nicht mehr gültig, weil der Dienst aus einer Sicherung wiederhergestellt wurde. Erstellen Sie neue.",
  usedUp:
    "Keine Codes mehr übrig. Wenn Sie Ihr Telefon verlieren, können Sie sich nicht anmelden. Erstellen Sie neue.",
  missing:
    "Ohne Wiederherstellungscodes können Sie sich nicht anmelden, wenn Sie Ihr Telefon verlieren. Erstellen Sie welche und bewahren Sie sie sicher auf.",
  generate: "Neue Codes erstellen",
};
