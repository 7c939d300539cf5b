import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";

/** Returns the lines of the file that the user downloads or prints: the codes, their account and their date. */
export const recoveryCodesFile = (
  codes: string[],
  product: string,
  email: string,
  date: string,
): string[] => [t.fileTitle(product), t.fileAccount(email), t.fileDate(date), "", ...codes, "", t.fileHint];
