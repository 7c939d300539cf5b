// The message catalogue. Each language is a folder of the same shape, and only the language of the page is loaded. Messages
// that the first page does not need are in sections, which are loaded with the component that shows them: see section.ts.
import type { RequestError } from "../api/problem";
import { formatAgo, formatDate, formatDateTime, formatDuration } from "./format";
import { load } from "./load";
import { locale } from "./locale";

export type { RequestError } from "../api/problem";
export { language, locale } from "./locale";

/** Shown if the catalogue can't be loaded, so in both languages. */
const catalogueFailed =
  "This page couldn’t be loaded. Reload it. – Diese Seite konnte nicht geladen werden. Laden Sie sie neu.";

const catalogue = load({ en: () => import("./en"), de: () => import("./de") }).catch((error: unknown) => {
  document.body.textContent = catalogueFailed;
  throw error;
});

export const { messages } = await catalogue;

/** Returns the message of an error: what happened and what to do next. */
export const messageFor = (error: RequestError): string => messages.problems[error.code](error);

export const shortDate = (iso: string) => formatDate(iso, locale);
export const dateTime = (iso: string) => formatDateTime(iso, locale);
export const timeAgo = (iso: string, now = Date.now()) =>
  formatAgo(iso, now, locale, messages.common.justNow);

/** Returns a duration such as "2 days and 5 hours", or undefined if the number of seconds is unknown. */
export function duration(seconds: number): string;
export function duration(seconds: number | undefined): string | undefined;
export function duration(seconds: number | undefined) {
  return seconds === undefined ? undefined : formatDuration(seconds, locale);
}
