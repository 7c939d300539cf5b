// The words of the page in German, put in the place of the English ones for as long as it is looked at: the journeys find
// their way by English words, and German ones are longer.
import { readdirSync } from "node:fs";
import type { Page } from "@playwright/test";

/** Stand for what is put into a sentence. They are no letters, so that nothing else in it is taken for them. */
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

/** Every English text with its German one. */
function pairs(english: Words, german: Words): [string, string][] {
  if (typeof english === "string") return typeof german === "string" ? [[english, german]] : [];
  if (typeof english === "function" && typeof german === "function")
    return arguments1.flatMap((one) =>
      (english.length > 1 ? arguments2 : [undefined]).flatMap((other) => {
        try {
          return pairs(english(one, other), german(one, other));
        } catch {
          // Not what this one takes.
          return [];
        }
      }),
    );
  if (typeof english !== "object" || typeof german !== "object") return [];
  return Object.entries(english).flatMap(([key, words]) =>
    pairs(words, (german as { [key: string]: Words })[key] ?? ""),
  );
}

/** Every section of words, whichever part of the page loads it. */
async function catalogue(language: string): Promise<Words> {
  const folder = new URL(`../src/words/${language}/`, import.meta.url);
  const files = readdirSync(folder).filter((name) => !/^(?:index|count)\.ts$/.test(name));
  const sections = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  return Object.assign({}, ...(sections as object[])) as Words;
}

const known = Promise.all([catalogue("en"), catalogue("de")]).then(([en, de]) => [
  ...new Map(
    pairs(en, de)
      .filter(([english]) => english.trim() !== "" && !english.includes("undefined"))
      .reverse(),
  ),
]);

/** Shows the page in German while `look` looks at it. */
export async function inGerman(page: Page, look: () => Promise<void>) {
  await page.evaluate(
    ([known, marks]) => {
      const whole = new Map(known.filter(([english]) => !marks.some((mark) => english.includes(mark))));
      const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const patterns = known
        .filter(([english]) => marks.some((mark) => english.includes(mark)))
        .map(([english, german]) => {
          const order = [...english].filter((letter) => marks.includes(letter));
          return {
            order,
            german,
            pattern: new RegExp(
              `^${marks.reduce((text, mark) => text.replaceAll(mark, "(.+)"), quoted(english))}$`,
            ),
            length: english.length,
          };
        })
        .sort((one, other) => other.length - one.length);
      const translate = (text: string): string | undefined => {
        const simple = whole.get(text);
        if (simple !== undefined) return simple;
        for (const { pattern, german, order } of patterns) {
          const found = pattern.exec(text);
          if (found)
            return order.reduce((said, mark, index) => said.replaceAll(mark, found[index + 1] ?? ""), german);
        }
        return undefined;
      };
      const sentences = (text: string) => {
        const parts = text.split(/(?<=[.?!]) /).map((part) => [part, translate(part)] as const);
        return parts.some(([, said]) => said !== undefined)
          ? parts.map(([part, said]) => said ?? part).join(" ")
          : undefined;
      };
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const before: [Text, string][] = [];
      window.overlookedUntil = Infinity;
      for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
        const text = node.data;
        const said = translate(text.trim()) ?? sentences(text.trim());
        if (said === undefined) continue;
        before.push([node, text]);
        node.data = text.replace(text.trim(), () => said);
      }
      window.backToEnglish = async () => {
        for (const [node, text] of before) node.data = text;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        window.overlookedUntil = performance.now();
      };
    },
    [await known, marks] as const,
  );
  try {
    await look();
  } finally {
    await page.evaluate(() => window.backToEnglish());
  }
}

declare global {
  interface Window {
    backToEnglish: () => Promise<void>;
  }
}
