// Secrets on the screen end with the session: in other tabs, and in a page that the browser kept for its Back button.
import type { BrowserContext, Page } from "@playwright/test";
import { expect, mfaCard, register, shownRecoveryCodes, signIn, test } from "./fixtures";
import type { Credentials, Server } from "./server";

test.use({
  launchOptions: [
    async ({ launchOptions }, use) =>
      use({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
    { scope: "worker" },
  ],
});

/** Registers the first method and returns a recovery code, which stays on the screen. */
async function showRecoveryCodes(page: Page, server: Server, account: Credentials): Promise<string> {
  await signIn(page, server, account);
  const { dialog } = await register(page, server, account, "Phone");
  const [code = ""] = await shownRecoveryCodes(dialog);
  return code;
}

/** Opens the account page in another tab. */
async function openAccountIn(context: BrowserContext): Promise<Page> {
  const other = await context.newPage();
  await other.goto("/settings/account");
  await expect(mfaCard(other).getByText("On", { exact: true })).toBeVisible();
  return other;
}

/** Ends the session outside of the page. */
const endSession = async (page: Page, server: Server) =>
  expect((await page.request.delete(`${server.url}/api/v1/sessions/current`)).status()).toBe(204);

async function expectSignedOut(page: Page, code: string) {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await page.content()).not.toContain(code);
}

test("signing out in another tab removes recovery codes from this one", async ({
  page,
  context,
  server,
  account,
}) => {
  const code = await showRecoveryCodes(page, server, account);
  const other = await openAccountIn(context);
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other.getByText("You’re signed out.")).toBeVisible();
  await expectSignedOut(page, code);
  await expect(page.getByText("You’re signed out.")).toBeVisible();
});

test("a session that another tab finds ended removes recovery codes from this one", async ({
  page,
  context,
  server,
  account,
}) => {
  const code = await showRecoveryCodes(page, server, account);
  const other = await openAccountIn(context);
  await other.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = other.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByLabel("6-digit code").fill("000000");
  // Last, because any request of a tab finds the end of the session.
  await endSession(page, server);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(other.getByText("Your session has expired.")).toBeVisible();
  await expectSignedOut(page, code);
});

test("signing in as another user removes the first one from other tabs", async ({
  page,
  context,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await endSession(page, server);
  const next = await server.account();
  const other = await context.newPage();
  await signIn(other, server, next);
  // If this tab has asked the server in between, it shows the sign-in page already.
  const signedOut = page.getByRole("heading", { name: "Sign in", exact: true });
  await expect(page.getByRole("banner").getByText(next.email).or(signedOut)).toBeVisible();
  await expect(page.getByText(account.email)).toHaveCount(0);
});

test("T-06: Back shows no recovery codes after the session has ended", async ({ page, server, account }) => {
  const code = await showRecoveryCodes(page, server, account);
  await page.goto("/forgot-password");
  await endSession(page, server);
  await page.goBack();
  await expectSignedOut(page, code);
});

test("a page that the browser restores is loaded again, with the token of its mailed link", async ({
  page,
  server,
}) => {
  await page.goto("/not-me#tf_l_never_was_one");
  await expect(page.getByRole("button", { name: "This was not me" })).toBeVisible();
  const loaded = page.waitForEvent("load");
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await loaded;
  await expect(page.getByRole("button", { name: "This was not me" })).toBeVisible();
  expect(page.url()).toBe(`${server.url}/not-me`);
});
