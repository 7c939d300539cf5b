// Replaces the page's English texts by the German ones for a check, because German texts are longer and the journeys find
// their way by English ones.
import { readdirSync } from "node:fs";
import type { Page } from "@playwright/test";

/** Placeholders for the arguments of a text. They are private-use characters, which occur in no text. */
const marks = ["\uE000", "\uE001"];

const numbers = [...Array(16).keys(), 30, 128, 7];
const arguments1 = [
  marks[0],
  undefined,
  ...numbers,
  [marks[0]],
  marks,
  { requestId: marks[0] },
  { retryAfter: 30 },
  { clockOffset: 120 },
  { clockOffset: 120, attemptsLeft: 3 },
  ...[0, 1, 2, 3, 4].map((attemptsLeft) => ({ attemptsLeft })),
  ...["off", "paused", "password_reset", "too_short", "too_long", "common", "context", "unchanged"].map(
    (reason) => ({ reason }),
  ),
];
const arguments2 = [marks[1], true, false, ...numbers];

type Words = string | Words[] | { [key: string]: Words } | ((...given: unknown[]) => Words);

/** Returns every English text with its German translation. */
function pairs(english: Words, german: Words): [string, string][] {
  if (typeof english === "string") return typeof german === "string" ? [[english, german]] : [];
  if (typeof english === "function" && typeof german === "function")
    return arguments1.flatMap((one) =>
      (english.length > 1 ? arguments2 : [undefined]).flatMap((other) => {
        try {
          return pairs(english(one, other), german(one, other));
        } catch {
          // The text takes arguments of another type.
          return [];
        }
      }),
    );
  if (typeof english !== "object" || typeof german !== "object") return [];
  return Object.entries(english).flatMap(([key, words]) =>
    pairs(words, (german as { [key: string]: Words })[key] ?? ""),
  );
}

/** Returns all sections of a language's catalogue, whichever part of the page loads them. */
async function catalogue(language: string): Promise<Words> {
  const folder = new URL(`../src/i18n/${language}/`, import.meta.url);
  const files = readdirSync(folder).filter((name) => !/^(?:index|count)\.ts$/.test(name));
  const sections = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return Object.assign({}, ...(sections as object[])) as Words;
}

/** Translates an English text, which may contain arguments, to German. */
const translator = Promise.all([catalogue("en"), catalogue("de")]).then(([en, de]) => {
  const known = new Map(
    pairs(en, de)
      .filter(([english]) => english.trim() !== "" && !english.includes("undefined"))
      .reverse(),
  );
  const isMark = (letter: string) => marks.includes(letter);
  const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const patterns = [...known]
    .filter(([english]) => [...english].some(isMark))
    .map(([english, german]) => ({
      german,
      order: [...english].filter(isMark),
      pattern: new RegExp(
        `^${marks.reduce((text, mark) => text.replaceAll(mark, "(.+)"), quoted(english))}$`,
      ),
      length: english.length,
    }))
    .sort((one, other) => other.length - one.length);
  const whole = (text: string): string | undefined => {
    const simple = known.get(text);
    if (simple !== undefined) return simple;
    for (const { pattern, german, order } of patterns) {
      const found = pattern.exec(text);
      if (found)
        return order.reduce((said, mark, index) => said.replaceAll(mark, found[index + 1] ?? ""), german);
    }
    return undefined;
  };
  const sentences = (text: string) => {
    const parts = text.split(/(?<=[.?!]) /).map((part) => [part, whole(part)] as const);
    return parts.some(([, said]) => said !== undefined)
      ? parts.map(([part, said]) => said ?? part).join(" ")
      : undefined;
  };
  return (text: string) => {
    const english = text.trim();
    const said = whole(english) ?? sentences(english);
    return said === undefined ? undefined : text.replace(english, () => said);
  };
});

/** Shows the page in German while `check` runs. */
export async function inGerman(page: Page, check: () => Promise<void>) {
  const translate = await translator;
  const english = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    const before = texts.map(({ data }) => data);
    const say = (words: (string | undefined)[]) =>
      texts.forEach((text, index) => {
        const said = words[index];
        if (said !== undefined) text.data = said;
      });
    window.toGerman = (words) => {
      window.ignoreShiftsUntil = Infinity;
      say(words);
    };
    window.backToEnglish = async () => {
      say(before);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      window.ignoreShiftsUntil = performance.now();
    };
    return before;
  });
  await page.evaluate((words) => window.toGerman(words), english.map(translate));
  try {
    await check();
  } finally {
    await page.evaluate(() => window.backToEnglish());
  }
}

declare global {
  interface Window {
    toGerman: (words: (string | undefined)[]) => void;
    backToEnglish: () => Promise<void>;
  }
}
