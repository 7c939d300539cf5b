// How the states of the page are looked at: light and dark, phone and desktop, with axe finding nothing in any of them.
import AxeBuilder from "@axe-core/playwright";
import type { Page, Route } from "@playwright/test";
import { expect, test } from "./fixtures";

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

/** Declares the tests once for each look. */
export function inEveryLook(declare: (shooterOf: (page: Page) => (state: string) => Promise<void>) => void) {
  for (const colorScheme of schemes)
    for (const width of widths)
      test.describe(`${colorScheme} ${width}`, () => {
        test.use({
          colorScheme,
          viewport: { width, height: width === 360 ? 740 : 860 },
          hasTouch: width === 360,
          isMobile: width === 360,
          deviceScaleFactor: 1,
        });
        test.setTimeout(180_000);
        declare((page) => shooter(page, colorScheme, width));
      });
}

const shooter = (page: Page, colorScheme: string, width: number) => async (state: string) => {
  const moving = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(
            ({ playState, effect }) =>
              playState === "running" && effect?.getComputedTiming().iterations !== Infinity,
          ).length,
    );
  await expect.poll(moving, { intervals: [20] }).toBe(0);
  // Nothing is hovered over unless the state is about it.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `e2e/screenshots/${state}-${colorScheme}-${width}.png` });
  const found = await new AxeBuilder({ page }).analyze();
  expect(
    found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
    state,
  ).toEqual([]);
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond, `${state} scrolls sideways`).toBeLessThanOrEqual(0);
};
