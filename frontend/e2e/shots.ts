// How the states of the page are looked at: light and dark, phone and desktop, English and German, with axe finding nothing
// in any of them.
import AxeBuilder from "@axe-core/playwright";
import type { Page, Route } from "@playwright/test";
import { expect, test } from "./fixtures";
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
      declare((page) => shooter(page, width));
    });
}

/** Waits for what moves, but not for what moves for ever. */
const settled = (page: Page) =>
  expect
    .poll(
      () =>
        page.evaluate(
          () =>
            document
              .getAnimations()
              .filter(
                ({ playState, effect }) =>
                  playState === "running" && effect?.getComputedTiming().iterations !== Infinity,
              ).length,
        ),
      { intervals: [20] },
    )
    .toBe(0);

const shooter = (page: Page, width: number) => async (state: string) => {
  // Nothing is hovered over unless the state is about it.
  await page.mouse.move(0, 0);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    if (pictures) await page.screenshot({ path: `${pictures}/${state}-${colorScheme}-${width}.png` });
    // Between light and dark only colours differ, and those are the same at every width.
    if (colorScheme === "dark" && width !== widths[0]) continue;
    // No frame is from elsewhere, so nothing needs the slow way with a page of its own.
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
    const found = await (
      colorScheme === "light"
        ? axe
        : axe.options({ runOnly: ["color-contrast"], resultTypes: ["violations"] })
    ).analyze();
    expect(
      found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
      `${state}, ${colorScheme}`,
    ).toEqual([]);
  }
  await expectNothingBeyond(page, state);
  // The colours are the same in every language; the lengths are not.
  await inGerman(page, async () => {
    if (pictures)
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await settled(page);
        await page.screenshot({ path: `${pictures}/${state}-german-${colorScheme}-${width}.png` });
      }
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
