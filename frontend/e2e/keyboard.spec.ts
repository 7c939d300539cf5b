// The page without a pointer: every tab stop is visible and in reading order, and a dialog returns the focus to the button
// that opened it.
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";

interface TabStop {
  name: string;
  top: number;
  left: number;
  /** It has a focus outline of at least 2 px. */
  outlined: boolean;
  /** It is within the window and not covered by anything. */
  uncovered: boolean;
}

/** Presses Tab from the beginning of the page until the stops repeat, and returns them. */
async function tabStops(page: Page): Promise<TabStop[]> {
  const found: TabStop[] = [];
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const box = element.getBoundingClientRect();
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return {
        name: (
          element.getAttribute("aria-label") ??
          (element as HTMLInputElement).labels?.[0]?.textContent ??
          element.textContent ??
          ""
        ).trim(),
        top: Math.round(box.top + scrollY),
        left: Math.round(box.left),
        outlined: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
        uncovered: over !== null && (element.contains(over) || over.contains(element)),
      };
    });
    if (!stop) break;
    if (found.some(({ name, top, left }) => name === stop.name && top === stop.top && left === stop.left))
      break;
    found.push(stop);
  }
  return found;
}

for (const width of [1280, 360])
  test(`every tab stop is visible and in reading order, ${width} px`, async ({ page, server, account }) => {
    await page.setViewportSize({ width, height: 800 });
    const secret = await enrollByApi(server, account, "Pixel 11");
    await fetch(`${server.url}/api/v1/sessions`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": "Firefox/140.0" },
      body: JSON.stringify({ ...account, code: await server.nextCode(secret), deliver: "token" }),
    });
    await page.goto("/sign-in");
    await expect(page.getByLabel("Email")).toBeFocused();
    expect((await tabStops(page)).map(({ name }) => name)).toEqual([
      "Password",
      "Show password",
      "Forgot your password?",
      "Sign in",
      "English",
      "Deutsch",
    ]);

    await signIn(page, server, account, secret);
    // From the beginning of the page.
    await page.reload();
    await expect(page.getByRole("button", { name: "Edit: Name" })).toBeVisible();
    await expect(page.getByText("Don’t recognize something here?")).toBeVisible();
    const found = await tabStops(page);
    const names = found.map(({ name }) => name);
    expect(names.slice(0, 8)).toEqual([
      "Skip to content",
      "Twofold, account settings",
      "Sign out",
      "Rename Pixel 11",
      "Replace Pixel 11",
      "Remove Pixel 11",
      "Generate new codes",
      "Register MFA Method",
    ]);
    for (const name of ["Change password", "End the session in", "Sign out everywhere else", "Edit: Name"])
      expect(
        names.some((one) => one.startsWith(name)),
        name,
      ).toBe(true);
    expect(names.at(-1)).toBe("Deutsch");
    expect(found.filter(({ outlined }) => !outlined).map(({ name }) => name)).toEqual([]);
    expect(found.filter(({ uncovered }) => !uncovered).map(({ name }) => name)).toEqual([]);
    // Each stop is further down, or further right on the same line.
    const order = found.slice(1);
    for (const [index, stop] of order.entries()) {
      const before = order[index - 1];
      if (before && stop.top < before.top - 24)
        throw new Error(`${before.name} is followed by ${stop.name}, which is above it.`);
    }
  });

test("Escape closes every dialog and returns the focus to its button", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Pixel 11");
  await signIn(page, server, account, secret);
  for (const name of [
    "Replace Pixel 11",
    "Remove Pixel 11",
    "Generate new codes",
    "Register MFA Method",
    "Change password",
    "Change email address",
    "Add a second address for notices",
  ]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog, name).toBeVisible();
    // The focus is inside, and Tab does not leave the dialog for the page behind it.
    await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          () => document.activeElement === document.body || !!document.activeElement?.closest("dialog"),
        ),
        `${name}, ${presses} presses of Tab`,
      ).toBe(true);
    }
    await page.keyboard.press("Escape");
    await expect(dialog, name).toBeHidden();
    await expect(button).toBeFocused();
  }
  // A name is edited in its place on the page.
  await page.getByRole("button", { name: "Edit: Name" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: /^Name/ })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Edit: Name" })).toBeFocused();
});
