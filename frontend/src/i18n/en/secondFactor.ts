import type { RequestError } from "../../api/problem";
import { triesLeft } from "./problems";

export const secondFactor = {
  code: "6-digit code",
  recoveryCode: "Recovery code",
  recoveryCodeHint: "One of the codes you saved. Capitals and dashes don’t matter.",
  recoveryCodeMissing: "Enter the whole code: 16 letters and digits.",
  recoveryCodeRejected: (error: RequestError) =>
    `Wrong recovery code. Check every character, or try another one.${triesLeft(error)}`,
  recoveryCodeUsed: "This recovery code was already used. Enter another one.",
  recoveryCodeMalformed: "This isn’t a recovery code. Enter one: 16 letters and digits.",
  useRecoveryCode: "Use a recovery code instead",
  useApp: "Use your authenticator app instead",
};
