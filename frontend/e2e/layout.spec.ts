import type { Locator, Page } from "@playwright/test";
import { beginEnrollment, expect, mfaCard, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";

/** Returns the number of groups of the key on each line. */
const keyLines = (dialog: Locator) =>
  dialog.locator(".key__group").evaluateAll((groups) => {
    const tops = groups.map((group) => group.getBoundingClientRect().top);
    return [...new Set(tops)].map((top) => tops.filter((other) => other === top).length);
  });

test.describe("320 px", () => {
  test.use({ viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true });

  test("nothing scrolls sideways, and every target is at least 44 px", async ({ page, server, account }) => {
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

test("on a desktop the dialog's header stays while its body scrolls", async ({ page, server, account }) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  await expect(dialog.getByText("Scan this QR code with your authenticator app.")).toBeVisible();
  const closed = await dialog.getByRole("list").boundingBox();
  await dialog.getByText("Can’t scan?").click();
  expect(await keyLines(dialog)).toEqual([4, 4]);
  await expect(dialog.getByText("The key is shown only once.")).toBeInViewport({ ratio: 1 });
  expect(await dialog.getByRole("list").boundingBox()).toEqual(closed);
  await expect(dialog.getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
  expect(await dialog.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
});

/** Returns how far the page or a dialog can scroll sideways, in px, and which texts are cut off. */
const beyond = (page: Page) =>
  page.evaluate(() => ({
    sideways: Math.max(
      ...[document.documentElement, ...document.querySelectorAll("dialog[open]")].map(
        (box) => box.scrollWidth - box.clientWidth,
      ),
    ),
    cut: [...document.querySelectorAll("button, h1, h2, h3, label, p, li, code")]
      .filter((element) => element.checkVisibility() && !element.closest(".sr-only, .bar__who"))
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .filter((element) => getComputedStyle(element).overflowX !== "visible")
      .map((element) => element.textContent),
  }));
const nothing = { sideways: 0, cut: [] };

// At 200 % zoom, a window of 1280 × 800 has 640 × 400 CSS pixels. Enlarging only the text is a separate setting (WCAG 1.4.4).
for (const [how, viewport, size] of [
  ["zoomed to 200 %", { width: 640, height: 400 }, "100%"],
  ["text at twice its size", { width: 640, height: 800 }, "200%"],
] as const)
  test(`${how}: everything fits and every button can be reached`, async ({ page, server, account }) => {
    await page.setViewportSize(viewport);
    await page.addInitScript(
      (size) => addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = size)),
      size,
    );
    const secret = await enrollByApi(server, account, "Pixel 11");
    await signIn(page, server, account, secret);
    expect(await beyond(page)).toEqual(nothing);
    for (const name of ["Remove Pixel 11", "Generate new codes", "Change password", "Change email address"]) {
      await page.getByRole("button", { name, exact: true }).click();
      const dialog = page.getByRole("dialog");
      expect(await beyond(page), name).toEqual(nothing);
      await dialog.getByRole("button", { name: "Cancel" }).click();
    }
    const dialog = await beginEnrollment(page, account, await server.nextCode(secret));
    await dialog.getByText("Can’t scan?").click();
    expect(await beyond(page), "scan").toEqual(nothing);
    await dialog.getByRole("button", { name: "Continue" }).click();
    expect(await beyond(page), "verify").toEqual(nothing);
    await dialog.getByRole("button", { name: "Back" }).click();
  });

test.describe("German", () => {
  test.use({ locale: "de-DE", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("the actions of a method stay on one line of a phone", async ({ page, server, account }) => {
    const secret = await enrollByApi(server, account, "Pixel 11");
    const code = await server.nextCode(secret);
    await page.request.post("/api/v1/sessions", { data: { ...account, code } });
    await page.goto("/settings/account");
    const actions = page.locator(".row--method .row__actions button");
    await expect(actions).toHaveText(["Umbenennen", "Ersetzen", "Entfernen"]);
    const tops = await actions.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(new Set(tops).size).toBe(1);
  });
});

test.describe("reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("dialogs open without animation", async ({ page, server, account }) => {
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

  test("buttons keep their border, and the QR code its white background", async ({
    page,
    server,
    account,
  }) => {
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

test("a scrollbar moves nothing sideways", async ({ page, server, account }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  await signIn(page, server, account);
  const left = () => mfaCard(page).evaluate((card) => card.getBoundingClientRect().left);
  const short = await left();
  await page.setViewportSize({ width: 1280, height: 1400 });
  expect(await left()).toBe(short);
});
