import type { Locator } from "@playwright/test";
import { beginEnrollment, expect, mfaCard, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";

/** How many groups of the key are on each of its lines. */
const keyLines = (dialog: Locator) =>
  dialog.locator(".key__group").evaluateAll((groups) => {
    const tops = groups.map((group) => group.getBoundingClientRect().top);
    return [...new Set(tops)].map((top) => tops.filter((other) => other === top).length);
  });

test.describe("320 px", () => {
  test.use({ viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true });

  test("nothing scrolls sideways, and fingers find what they aim at", async ({ page, server, account }) => {
    const secrets: string[] = [];
    for (const name of ["W".repeat(64), "Phone"])
      secrets.push(await enrollByApi(server, account, name, secrets));
    const fits = async (what: string) => {
      const beyond = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
          (box) => box.scrollWidth - box.clientWidth,
        ),
      );
      expect(Math.max(...beyond), what).toBeLessThanOrEqual(0);
      const small = await page
        .locator("button:visible, a:visible:not(.skip), input:visible, summary:visible")
        .evaluateAll((elements) =>
          elements
            .filter((element) => !element.closest("main:has(dialog[open]) :not(dialog *)"))
            .map((element) => ({
              box: element.getBoundingClientRect(),
              text: element.outerHTML.slice(0, 90),
            }))
            .filter(({ box }) => box.width < 44 || box.height < 44)
            .map(({ text, box }) => `${text} ${box.width}×${box.height}`),
        );
      expect(small, what).toEqual([]);
    };
    await page.goto("/sign-in");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await fits("sign in");
    await signIn(page, server, account, secrets[0]);
    await fits("account");
    const dialog = await beginEnrollment(page, account, await server.nextCode(secrets[1] ?? ""));
    await dialog.getByText("Can’t scan?").click();
    await fits("scan");
    await expect(dialog.getByText("Add your account to the authenticator app")).toBeVisible();
    await expect(dialog.getByText("Scan this QR code with your authenticator app.")).toBeHidden();
    expect(await keyLines(dialog)).toEqual([4, 4]);
    await expect(dialog.getByRole("link", { name: "Open in authenticator app" })).toHaveAttribute(
      "href",
      /^otpauth:/,
    );
    await dialog.getByRole("button", { name: "Continue" }).click();
    await fits("verify");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Remove W/ }).click();
    await fits("remove");
  });
});

test("on a desk the dialog's head stays while its body scrolls", async ({ page, server, account }) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  await expect(dialog.getByText("Scan this QR code with your authenticator app.")).toBeVisible();
  const closed = await dialog.getByRole("list").boundingBox();
  await dialog.getByText("Can’t scan?").click();
  expect(await keyLines(dialog)).toEqual([4, 4]);
  await expect(dialog.getByText("The key is shown only now.")).toBeInViewport({ ratio: 1 });
  expect(await dialog.getByRole("list").boundingBox()).toEqual(closed);
  await expect(dialog.getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
  expect(await dialog.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
});

test("text at twice its size still fits", async ({ page, server, account }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  await page.addInitScript(() =>
    addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = "200%")),
  );
  await signIn(page, server, account);
  await beginEnrollment(page, account);
  const beyond = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
      (box) => box.scrollWidth - box.clientWidth,
    ),
  );
  expect(Math.max(...beyond)).toBeLessThanOrEqual(0);
});

test.describe("reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("nothing flies in", async ({ page, server, account }) => {
    await signIn(page, server, account);
    await page.getByRole("button", { name: "Register MFA Method" }).click();
    const length = await page
      .getByRole("dialog")
      .evaluate((dialog) => Number.parseFloat(getComputedStyle(dialog).animationDuration));
    expect(length).toBeLessThan(0.001);
  });
});

test.describe("forced colors", () => {
  test.use({ contextOptions: { forcedColors: "active" } });

  test("what matters keeps its outline", async ({ page, server, account }) => {
    await signIn(page, server, account);
    const button = page.getByRole("button", { name: "Register MFA Method" });
    expect(await button.evaluate((element) => getComputedStyle(element).borderStyle)).toBe("solid");
    const dialog = await beginEnrollment(page, account);
    expect(await page.locator(".qr").evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    await dialog.getByRole("button", { name: "Continue" }).click();
  });
});

test("moves nothing sideways when the page grows a scrollbar", async ({ page, server, account }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  await signIn(page, server, account);
  const left = () => mfaCard(page).evaluate((card) => card.getBoundingClientRect().left);
  const short = await left();
  await page.setViewportSize({ width: 1280, height: 1400 });
  expect(await left()).toBe(short);
});
