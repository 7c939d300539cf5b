// MFA is required from a date on: a reminder before it, and enrollment at sign-in after it.
import { alert, expect, fillSignIn, mfaCard, qr, readQr, shownRecoveryCodes, signIn, test } from "./fixtures";
import { wrongCode } from "./server";

const day = 86_400;
const from = new Date(Date.now() + 2 * day * 1000).toISOString().slice(0, 10);

test.use({ settings: { TWOFOLD_MFA_POLICY: "required", TWOFOLD_MFA_REQUIRED_FROM: from } });

test("a user without MFA registers at sign-in after the deadline and keeps the method", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await expect(page.getByText(/^From .+ you need an authenticator app$/)).toBeVisible();
  await server.advance(3 * day);

  await page.goto("/sign-in");
  await fillSignIn(page, account);
  await expect(page.getByRole("heading", { name: "Register an authenticator app" })).toBeFocused();
  await expect(page.getByText(account.email)).toBeVisible();
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog", { name: "Register MFA Method" });
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  const field = dialog.getByLabel("6-digit code");
  await field.fill(await wrongCode(server, secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(alert(dialog)).toContainText("Wrong code");
  await dialog.getByLabel(/^Name for this authenticator/).fill("Work phone");
  await field.fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeFocused();
  expect(await shownRecoveryCodes(dialog)).toHaveLength(10);
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();

  const card = mfaCard(page);
  await expect(card.getByText("On", { exact: true })).toBeVisible();
  await expect(page).toHaveURL("/settings/account");
  await card.getByRole("button", { name: "Remove Work phone" }).click();
  await expect(page.getByRole("dialog", { name: "“Work phone” can’t be removed" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signIn(page, server, account, secret);
});
