// A user without phone and recovery codes requests the removal of MFA; with the phone found again, they cancel it.
import type { Page } from "@playwright/test";
import { alert, expect, fillSignIn, mfaCard, signIn, test } from "./fixtures";
import { enrollByApi, waitForMailedLink, type Credentials } from "./server";

async function askForRemoval(page: Page, who: Credentials) {
  await page.goto("/sign-in");
  await fillSignIn(page, who);
  await page.getByRole("button", { name: "Lost your phone and codes?" }).click();
  await page.getByRole("button", { name: "Request removal" }).click();
}

const cancel = (page: Page) => page.getByRole("button", { name: "Cancel removal" });

test("a code of the found phone cancels a removal and pauses further requests", async ({
  page,
  server,
  account,
}) => {
  const secret = await enrollByApi(server, account, "Pixel 11");
  await askForRemoval(page, account);
  await expect(page.getByRole("heading", { name: "Removal requested" })).toBeFocused();
  await expect(page.getByText(/another 3 days|2 days and 24 hours/)).toBeVisible();
  expect(await waitForMailedLink(server, account.email, "/cancel-removal")).toContain("#");

  await cancel(page).click();
  await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await cancel(page).click();
  await expect(page.getByRole("heading", { name: "Removal cancelled" })).toBeFocused();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  await expect(cancel(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();

  await askForRemoval(page, account);
  await expect(alert(page)).toContainText("was cancelled recently");
});

test("a signed-in user is warned of a removal and cancels it", async ({ page, server, account, browser }) => {
  const secret = await enrollByApi(server, account, "Pixel 11");
  await signIn(page, server, account, secret);
  const stranger = await browser.newPage({ baseURL: server.url });
  await askForRemoval(stranger, account);
  await expect(stranger.getByRole("heading", { name: "Removal requested" })).toBeVisible();
  await stranger.close();

  await page.reload();
  await expect(alert(page)).toContainText("Someone asked to remove MFA from your account");
  await cancel(page).click();
  await expect(page.getByText("For 30 days, it can’t be requested again")).toBeVisible();
  await page.reload();
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  await expect(cancel(page)).toHaveCount(0);
});
