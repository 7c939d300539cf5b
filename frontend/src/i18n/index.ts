// The words of this visit. Each language is a folder of the same shape, and only the one that is shown is loaded.
// Rare words are in sections of their own, loaded with what shows them: see links.ts.
import type { Trouble } from "../api/problem";
import { formatAgo, formatDate, formatMoment, formatSpan } from "./format";
import { load } from "./load";
import { locale } from "./locale";

export { language, locale } from "./locale";

/** Without a catalogue there is no page, and only this to say. */
const sorry =
  "This page couldn’t be loaded. Reload it. – Diese Seite konnte nicht geladen werden. Laden Sie sie neu.";

const catalogue = load({ en: () => import("./en"), de: () => import("./de") }).catch((error: unknown) => {
  document.body.textContent = sorry;
  throw error;
});

export const { words } = await catalogue;

/** What a trouble is called and what to do next. */
export const say = (trouble: Trouble): string => words.problems[trouble.code](trouble);

export const date = (iso: string) => formatDate(iso, locale);
export const moment = (iso: string) => formatMoment(iso, locale);
export const ago = (iso: string, now = Date.now()) => formatAgo(iso, now, locale, words.common.justNow);

/** "2 days and 5 hours". Nothing where nobody knows how long. */
export function span(seconds: number): string;
export function span(seconds: number | undefined): string | undefined;
export function span(seconds: number | undefined) {
  return seconds === undefined ? undefined : formatSpan(seconds, locale);
}
