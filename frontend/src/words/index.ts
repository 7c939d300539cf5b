// One catalogue for each language; the browser's first known language wins.
import type { Trouble } from "../api/problem";
import { en } from "./en";
import { formatAgo, formatDate, formatMoment } from "./format";

export type Words = typeof en;

const catalogues: Record<string, Words> = { en };

const wanted = globalThis.navigator.languages.find((tag) => catalogues[tag.split("-")[0] ?? ""]) ?? "en";

/** The language of the words, for `<html lang>`. */
export const language = wanted.split("-")[0] ?? "en";
export const words: Words = catalogues[language] ?? en;

/** What a trouble is called and what to do next. */
export const say = (trouble: Trouble): string => words.problems[trouble.code](trouble);

export const date = (iso: string) => formatDate(iso, wanted);
export const moment = (iso: string) => formatMoment(iso, wanted);
export const ago = (iso: string, now = Date.now()) => formatAgo(iso, now, wanted, words.common.justNow);
