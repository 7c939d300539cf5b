// How the states of the page are looked at: light and dark, phone and desktop, English and German, with axe finding nothing
// in any of them.
import type { Page, Route } from "@playwright/test";
import axe, { type RunOptions } from "axe-core";
import { expect, standBy, test } from "./fixtures";
import { inGerman } from "./german";

export const refuse = (route: Route, status: number, body: object, headers: Record<string, string> = {}) =>
  route.fulfill({
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: "/problems/x", title: "x", status, ...body }),
  });

/** Once: the next request to this path is answered by `answer`. */
export const next = (page: Page, path: string, answer: (route: Route) => Promise<void>, times = 1) =>
  page.route(`**/api/v1${path}`, answer, { times });

/** Holds the next request back until the returned function is called. */
export async function hold(page: Page, path: string): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let passed = Promise.resolve();
  await page.route(`**/api/v1${path}`, (route) => (passed = released.then(() => route.continue())), {
    times: 1,
  });
  return async () => {
    release();
    await passed;
  };
}

declare global {
  interface Window {
    axe: typeof import("axe-core");
  }
}

const schemes = ["light", "dark"] as const;
const widths = [1280, 360] as const;

/** Where the pictures of all states go, for people to look at; nothing compares them, so mostly none are taken. */
const pictures = process.env["SCREENSHOTS"];

/** Declares the tests once for each width. Every state is looked at in light and in dark. */
export function inEveryLook(declare: (shooterOf: (page: Page) => (state: string) => Promise<void>) => void) {
  for (const width of widths)
    test.describe(`${width} px`, () => {
      test.use({
        viewport: { width, height: width === 360 ? 740 : 860 },
        hasTouch: width === 360,
        isMobile: width === 360,
        deviceScaleFactor: 1,
      });
      test.setTimeout(180_000);
      test.beforeEach(({ page }) => standBy(page));
      declare((page) => shooter(page, width));
    });
}

/** What moves is at its end, but for what moves for ever. */
const settle = (page: Page) =>
  page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
  });

/** What axe finds, in one frame: the page has no others. A document is given axe once, as that takes longer than asking it. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async (options) => {
    const { violations } = await window.axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, options);
}

const shooter = (page: Page, width: number) => async (state: string) => {
  // Nothing is hovered over unless the state is about it.
  await page.mouse.move(0, 0);
  const look = async (picture: string, colorScheme: (typeof schemes)[number]) => {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    if (pictures) await page.screenshot({ path: `${pictures}/${picture}-${colorScheme}-${width}.png` });
  };
  for (const colorScheme of schemes) {
    // Between light and dark only colours differ, and those are the same at every width.
    const judged = colorScheme === "light" || width === widths[0];
    if (judged || pictures) await look(state, colorScheme);
    if (judged)
      expect(
        await violations(page, colorScheme === "light" ? {} : { runOnly: ["color-contrast"] }),
        `${state}, ${colorScheme}`,
      ).toEqual([]);
  }
  await expectNothingBeyond(page, state);
  // The colours are the same in every language; the lengths are not.
  await inGerman(page, async () => {
    if (pictures) for (const colorScheme of schemes) await look(`${state}-german`, colorScheme);
    await expectNothingBeyond(page, `${state} in German`);
  });
  await page.emulateMedia({ colorScheme: "light" });
};

async function expectNothingBeyond(page: Page, state: string) {
  const beyond = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
      (box) => box.scrollWidth - box.clientWidth,
    ),
  );
  expect(Math.max(...beyond), `${state} scrolls sideways`).toBeLessThanOrEqual(0);
}
