import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";

/** What is kept of recovery codes, on paper or in a file: the codes, whose they are, and since when. */
export const codesSheet = (codes: string[], product: string, email: string, date: string): string[] => [
  t.fileTitle(product),
  t.fileAccount(email),
  t.fileDate(date),
  "",
  ...codes,
  "",
  t.fileHint,
];

/** Hands a text to the browser to be saved, without a request. */
export function saveText(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([`${text}\r\n`], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
