// Checks a state of the page in every appearance: light and dark, phone and desktop, English and German. axe must find no
// violation. With SCREENSHOTS set to a folder, it writes a picture of each.
import type { Page, Route } from "@playwright/test";
import axe, { type RunOptions } from "axe-core";
import { expect, interceptFromStart, test } from "./fixtures";
import { inGerman } from "./german";

/** Responds with a problem (RFC 9457) instead of the server. */
export const fulfillProblem = (
  route: Route,
  status: number,
  body: object,
  headers: Record<string, string> = {},
) =>
  route.fulfill({
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: "/problems/x", title: "x", status, ...body }),
  });

/** Lets `respond` handle the next request to this path, or the next `times`. */
export const respondOnce = (page: Page, path: string, respond: (route: Route) => Promise<void>, times = 1) =>
  page.route(`**/api/v1${path}`, respond, { times });

/** Holds the next request to this path back until the returned function is called. */
export async function holdNext(page: Page, path: string): Promise<() => Promise<void>> {
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

/** The folder for pictures of all states, for people to look at. No test compares them, so by default none are taken. */
const pictures = process.env["SCREENSHOTS"];

/** Declares the tests once for each width. They get a function that returns a page's check of a named state. */
export function inEveryAppearance(
  declare: (checkerOf: (page: Page) => (state: string) => Promise<void>) => void,
) {
  for (const width of widths)
    test.describe(`${width} px`, () => {
      test.use({
        viewport: { width, height: width === 360 ? 740 : 860 },
        hasTouch: width === 360,
        isMobile: width === 360,
        deviceScaleFactor: 1,
      });
      test.setTimeout(180_000);
      test.beforeEach(({ page }) => interceptFromStart(page));
      declare((page) => checker(page, width));
    });
}

/** Finishes every animation that has an end. */
const finishAnimations = (page: Page) =>
  page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
  });

/** Returns what axe finds in the page's only frame. axe is loaded once per document, because that takes longer than a run. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async (options) => {
    const { violations } = await window.axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, options);
}

const checker = (page: Page, width: number) => async (state: string) => {
  // Away from anything that changes under the pointer.
  await page.mouse.move(0, 0);
  const show = async (picture: string, colorScheme: (typeof schemes)[number]) => {
    await page.emulateMedia({ colorScheme });
    await finishAnimations(page);
    if (pictures) await page.screenshot({ path: `${pictures}/${picture}-${colorScheme}-${width}.png` });
  };
  for (const colorScheme of schemes) {
    // Dark differs from light by its colours only, and those are the same at every width.
    const checked = colorScheme === "light" || width === widths[0];
    if (checked || pictures) await show(state, colorScheme);
    if (checked)
      expect(
        await violations(page, colorScheme === "light" ? {} : { runOnly: ["color-contrast"] }),
        `${state}, ${colorScheme}`,
      ).toEqual([]);
  }
  await expectNoOverflow(page, state);
  // German differs from English by the length of its texts, not by its colours.
  await inGerman(page, async () => {
    if (pictures) for (const colorScheme of schemes) await show(`${state}-german`, colorScheme);
    await expectNoOverflow(page, `${state} in German`);
  });
  await page.emulateMedia({ colorScheme: "light" });
};

async function expectNoOverflow(page: Page, state: string) {
  const overflows = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
      (box) => box.scrollWidth - box.clientWidth,
    ),
  );
  expect(Math.max(...overflows), `${state} scrolls sideways`).toBeLessThanOrEqual(0);
}
