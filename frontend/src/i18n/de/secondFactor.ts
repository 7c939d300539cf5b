import type { secondFactor as en } from "../en/secondFactor";
import { triesLeft } from "./problems";

export const secondFactor: typeof en = {
  code: "6-stelliger Code",
  recoveryCode: "Wiederherstellungscode",
  recoveryCodeHint: "Einer Ihrer gespeicherten Codes. Bindestriche und Großschreibung sind egal.",
  recoveryCodeMissing: "Geben Sie den ganzen Code ein: 16 Buchstaben und Ziffern.",
  recoveryCodeRejected: (error) =>
    `Falscher Wiederherstellungscode. Prüfen Sie jedes Zeichen oder verwenden Sie einen anderen.${triesLeft(error)}`,
  recoveryCodeUsed: "Dieser Wiederherstellungscode wurde bereits verwendet. Geben Sie einen anderen ein.",
  recoveryCodeMalformed:
    "Das ist kein Wiederherstellungscode. Geben Sie einen ein: 16 Buchstaben und Ziffern.",
  useRecoveryCode: "Wiederherstellungscode verwenden",
  useApp: "Authenticator-App verwenden",
};
