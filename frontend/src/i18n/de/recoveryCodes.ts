import type { recoveryCodes as en } from "../en/recoveryCodes";
import { count } from "./count";

export const recoveryCodes: typeof en = {
  title: "Wiederherstellungscodes",
  remaining: (n, of) => `Noch ${n} von ${of}`,
  none: "Noch keine",
  generated: "Erzeugt",
  explanation: "Für den Tag, an dem Ihr Telefon weg ist: Jeder meldet Sie einmal an, an seiner Stelle.",
  replaceHint:
    "Verloren oder nie gespeichert? Sie können nicht noch einmal gezeigt werden, aber Sie können neue erzeugen.",
  low: (n) => `Nur noch ${count(n, "ein Code", "Codes")}. Erzeugen Sie neue, bevor sie ausgehen.`,
  retired:
    "Diese gelten nicht mehr: Der Dienst wurde aus einer Sicherung wiederhergestellt, die nicht weiß, welche davon benutzt wurden. Erzeugen Sie neue.",
  usedUp: "Keiner mehr übrig. Ohne Ihr Telefon könnte Sie jetzt nichts anmelden. Erzeugen Sie neue.",
  missing:
    "Ohne sie sperrt ein verlorenes Telefon Sie aus. Erzeugen Sie welche und bewahren Sie sie gut auf.",
  generate: "Neue Codes erzeugen",
};
