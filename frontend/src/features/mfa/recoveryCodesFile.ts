import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";

/** Returns the lines of the file that the user downloads or prints: the codes, their account and their date. */
export const recoveryCodesFile = (
  codes: string[],
  product: string,
  email: string,
  date: string,
): string[] => [t.fileTitle(product), t.fileAccount(email), t.fileDate(date), "", ...codes, "", t.fileHint];

/** Lets the browser save a text as a file, without a request to the server. */
export function downloadText(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([`${text}\r\n`], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
