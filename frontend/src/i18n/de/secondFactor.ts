import type { secondFactor as en } from "../en/secondFactor";
import { triesLeft } from "./problems";

export const secondFactor: typeof en = {
  code: "6-stelliger Code",
  recoveryCode: "Wiederherstellungscode",
  recoveryCodeHint: "Einer von denen, die Sie gespeichert haben. Striche und Großschreibung sind egal.",
  recoveryCodeMissing: "Geben Sie den ganzen Code ein: 16 Buchstaben und Ziffern.",
  recoveryCodeRejected: (trouble) =>
    `Dieser Wiederherstellungscode stimmt nicht. Prüfen Sie jedes Zeichen, oder nehmen Sie einen anderen.${triesLeft(trouble)}`,
  recoveryCodeUsed: "Dieser Wiederherstellungscode wurde schon benutzt. Geben Sie einen anderen ein.",
  recoveryCodeMalformed:
    "Das kann kein Wiederherstellungscode sein. Geben Sie einen ein: 16 Buchstaben und Ziffern.",
  useRecoveryCode: "Wiederherstellungscode eingeben",
  useApp: "Authenticator-App verwenden",
};
