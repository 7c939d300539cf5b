import type { RequestError } from "../../api/problem";
import { triesLeft } from "./problems";

export const secondFactor = {
  code: "6-digit code",
  recoveryCode: "Recovery code",
  recoveryCodeHint: "One of those you saved. Capitals and dashes don’t matter.",
  recoveryCodeMissing: "Enter the whole code: 16 letters and digits.",
  recoveryCodeRejected: (trouble: RequestError) =>
    `That recovery code isn’t right. Check it letter by letter, or try another.${triesLeft(trouble)}`,
  recoveryCodeUsed: "That recovery code was already used. Enter another one.",
  recoveryCodeMalformed: "That can’t be a recovery code. Enter one: 16 letters and digits.",
  useRecoveryCode: "Use a recovery code instead",
  useApp: "Use your authenticator app instead",
};
