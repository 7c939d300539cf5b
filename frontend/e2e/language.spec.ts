// The language of the page.
import { expect, signIn, test } from "./fixtures";

test("the page uses the browser's language, then the chosen one", async ({ browser, server, account }) => {
  const context = await browser.newContext({ baseURL: server.url, locale: "de-AT" });
  const page = await context.newPage();
  const catalogues: string[] = [];
  page.on("response", (response) => {
    if (/\/assets\/(?:en|de)-[\w-]+\.js$/.test(response.url())) catalogues.push(response.url());
  });
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Anmelden" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
  expect(catalogues).toHaveLength(1);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signIn(page, server, account);
  await page.getByRole("button", { name: "Deutsch" }).click();
  await expect(page.getByRole("heading", { name: "Konto", exact: true })).toBeVisible();
  // Mails use the chosen language too.
  await expect(page.getByLabel("Sprache der E-Mails")).toHaveValue("de");
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  await context.close();
});

test("a mailed link survives a change of the language", async ({ page }) => {
  await page.goto("/confirm-address#tf_l_never_was_one");
  await page.getByRole("button", { name: "Deutsch" }).click();
  await expect(page.getByRole("button", { name: "Adresse bestätigen" })).toBeVisible();
  expect(page.url()).not.toContain("tf_l_");
  await page.getByRole("button", { name: "Adresse bestätigen" }).click();
  await expect(page.getByRole("heading", { name: "Dieser Link ist nicht mehr gültig" })).toBeVisible();
});
