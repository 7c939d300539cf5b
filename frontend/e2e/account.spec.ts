// The account beside MFA: sessions, password, profile, activity, language.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { alert, expect, fillSignIn, interceptFromStart, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi, waitForMailedLink, type Credentials } from "./server";

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const masked = ({ email }: Credentials) => `${email[0]}…\u2060@example.com`;
const fresh = "an otter counts nine lamps";

async function prove(page: Page, dialogName: string, who: Credentials, code?: string) {
  const dialog = page.getByRole("dialog", { name: dialogName });
  await dialog.getByLabel("Password", { exact: true }).fill(who.password);
  if (code) await dialog.getByLabel("6-digit code").fill(code);
  return dialog;
}

test("ending one session, then all others, signs each of them out", async ({
  page,
  browser,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await expect(card(page, "Sessions").getByText("You’re not signed in anywhere else.")).toBeVisible();
  const others = await Promise.all(
    [1, 2].map(async () => {
      const context = await browser.newContext({
        baseURL: server.url,
        userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
      });
      const other = await context.newPage();
      await signIn(other, server, account);
      return other;
    }),
  );
  await page.reload();
  const sessions = card(page, "Sessions");
  await expect(sessions.getByRole("listitem")).toHaveCount(3);
  await expect(sessions.getByRole("listitem").filter({ hasText: "This device" })).toHaveCount(1);
  await expect(sessions.getByText("Firefox on Windows")).toHaveCount(2);

  await sessions.getByRole("button", { name: "End the session in Firefox on Windows" }).first().click();
  await expect(sessions.getByRole("status")).toContainText("You signed out “Firefox on Windows”.");
  await expect(sessions.getByRole("listitem")).toHaveCount(2);

  const everywhere = sessions.getByRole("button", { name: "Sign out everywhere else" });
  await everywhere.click();
  await expect(sessions.getByText("This ends all other sessions right away.")).toBeFocused();
  await sessions.getByRole("button", { name: "Cancel" }).click();
  await expect(everywhere).toBeFocused();
  await everywhere.click();
  await everywhere.click();
  await expect(sessions.getByRole("status")).toContainText("One other session was signed out.");
  await expect(sessions.getByRole("listitem")).toHaveCount(1);

  for (const other of others) {
    await other.reload();
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await other.context().close();
  }
  await page.reload();
  await expect(card(page, "Sessions").getByRole("listitem")).toHaveCount(1);
});

test("changing the password asks for credentials, explains a refusal and keeps this session", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  const elsewhere = await fetch(`${server.url}/api/v1/sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...account, deliver: "token" }),
  });
  expect(elsewhere.status).toBe(201);
  await page.getByRole("button", { name: "Change password" }).click();
  const dialog = await prove(page, "Change password", account);
  await dialog.getByRole("button", { name: "Continue" }).click();
  const field = dialog.getByLabel("New password");
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute("autocomplete", "new-password");
  await expect(dialog.locator("input[autocomplete=username]")).toHaveValue(account.email);
  await field.fill("short");
  await expect(dialog.getByText("10 more characters needed.")).toBeVisible();
  const save = dialog.getByRole("button", { name: "Change password" });
  await save.click();
  await expect(alert(dialog)).toContainText("too short");
  for (const [password, reason] of [
    [account.email + account.email, "contains your email address"],
    [account.password, "your current password"],
    ["passwordpassword", "common passwords"],
  ] as const) {
    await field.fill(password);
    await save.click();
    await expect(alert(dialog)).toContainText(reason);
    await expect(field).toHaveValue(password);
  }
  await field.fill(fresh);
  await expect(alert(dialog)).toHaveCount(0);
  await save.click();
  const told = page.getByRole("dialog", { name: "Password changed" });
  await expect(told.getByText("Your password has been changed.")).toBeFocused();
  await confirmResult(
    page,
    "Password changed",
    `One other session was signed out. We sent a notice to ${masked(account)}.`,
  );
  await expect(page.getByRole("button", { name: "Change password" })).toBeFocused();
  await page.reload();
  await expect(card(page, "Password").getByText("Last changed just now")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You’re signed out.")).toBeVisible();
  await fillSignIn(page, account);
  await expect(alert(page)).toContainText("Wrong email or password");
  await signIn(page, server, { ...account, password: fresh });
});

test("an expired step-up is asked for again, and the typed password stays", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await page.getByRole("button", { name: "Change password" }).click();
  const dialog = await prove(page, "Change password", account);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("New password").fill(fresh);
  await server.advance(6 * 60);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog.getByText("Your new password is still filled in")).toBeVisible();
  await prove(page, "Change password", account);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByLabel("New password")).toHaveValue(fresh);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await confirmResult(page, "Password changed", "Your password has been changed.");
});

test("a password reset link works once, and signing in still takes a code", async ({
  page,
  server,
  account,
}) => {
  const secret = await enrollByApi(server, account, "Pixel 11");
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(alert(page)).toHaveText("Enter your email address.");
  await page.getByLabel("Email", { exact: true }).fill(account.email);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeFocused();

  const link = await waitForMailedLink(server, account.email, "/reset-password");
  await page.goto(link);
  await expect(page.getByLabel("New password")).toBeFocused();
  expect(page.url()).toBe(`${server.url}/reset-password`);
  expect(await page.evaluate(() => history.length)).toBeGreaterThan(0);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(alert(page)).toContainText("too short");
  await page.getByLabel("New password").fill(fresh);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  await signIn(page, server, { ...account, password: fresh }, secret);

  await page.goto(link);
  await page.getByLabel("New password").fill(`${fresh} and more`);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeFocused();
  await page.getByRole("link", { name: "Request a new link" }).click();
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
});

test("a password reset for an unknown address gets the same response", async ({ page, server }) => {
  await page.goto("/forgot-password");
  await page.getByLabel("Email", { exact: true }).fill("nobody@example.com");
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  expect(await server.mails("nobody@example.com")).toEqual([]);
});

test("a mailed link does nothing until the button is pressed, and a truncated one is explained", async ({
  page,
}) => {
  for (const [path, button] of [
    ["/confirm-address", "Confirm address"],
    ["/not-me", "This was not me"],
    ["/cancel-removal", "Keep MFA on"],
    ["/complete-removal", "Remove MFA"],
  ] as const) {
    const writes: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET") writes.push(request.url());
    });
    await page.goto("about:blank");
    await page.goto(`${path}#tf_l_never_was_one`);
    await expect(page.getByRole("button", { name: button })).toBeVisible();
    expect(page.url()).not.toContain("tf_l_");
    expect(writes).toEqual([]);
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeFocused();
    expect(writes).toHaveLength(1);
    page.removeAllListeners("request");
    await page.goto("about:blank");
    await page.goto(path);
    await expect(page.getByText("The link is incomplete.")).toBeVisible();
  }
});

test("changing the email address needs its new mailbox, and a second address can be added", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  const profile = card(page, "Profile");
  await profile.getByRole("button", { name: "Change email address" }).click();
  const dialog = page.getByRole("dialog", { name: "Change email address" });
  const field = dialog.getByLabel("New email address");
  await field.fill(account.email);
  await dialog.getByRole("button", { name: "Send link" }).click();
  await expect(alert(dialog)).toContainText("already your address");
  const moved = `moved-${account.email}`;
  await field.fill(moved);
  await dialog.getByRole("button", { name: "Send link" }).click();
  // Declining the step-up keeps the typed value.
  await page
    .getByRole("dialog", { name: "Confirm that it’s you" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await expect(field).toHaveValue(moved);
  await dialog.getByRole("button", { name: "Send link" }).click();
  const asked = await prove(page, "Confirm that it’s you", account);
  await asked.getByRole("button", { name: "Confirm" }).click();
  await confirmResult(page, "Check your email", `We sent a link to ${moved}.`);
  await expect(profile.getByText("Until then, you sign in with the address above.")).toBeVisible();
  await page.reload();
  await expect(profile.getByText("Until then, you sign in with the address above.")).toBeVisible();

  await page.goto(await waitForMailedLink(server, moved, "/confirm-address"));
  await page.getByRole("button", { name: "Confirm address" }).click();
  await expect(page.getByText(`You now sign in with ${moved}.`)).toBeVisible();
  // The session stays, because no credential has changed.
  await page.getByRole("link", { name: "Go to your account" }).click();
  await expect(page).toHaveURL("/settings/account");
  await expect(profile.getByText(moved)).toBeVisible();

  await profile.getByRole("button", { name: "Add a second address for notices" }).click();
  const second = `second-${account.email}`;
  await page.getByLabel("Second address", { exact: true }).fill(second);
  await page.getByRole("button", { name: "Send link" }).click();
  const again = await prove(page, "Confirm that it’s you", account);
  await again.getByRole("button", { name: "Confirm" }).click();
  await confirmResult(page, "Check your email", `We sent a link to ${second}.`);
  await expect(profile.getByText("Until then, we send no notices there.")).toBeVisible();
  await profile.getByRole("button", { name: "Cancel change" }).click();
  await expect(profile.getByText("The change was cancelled.")).toBeVisible();
  await page.goto(await waitForMailedLink(server, second, "/confirm-address"));
  await page.getByRole("button", { name: "Confirm address" }).click();
  await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
});

test("an address with a domain in Unicode is shown as it is, and recognized", async ({
  page,
  server,
  account,
}) => {
  await interceptFromStart(page);
  await page.route("**/api/v1/account", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), email: "ada@bücher.example" } });
  });
  await signIn(page, server, account);
  await expect(page.getByRole("banner").getByText("ada@bücher.example")).toBeVisible();
  const profile = card(page, "Profile");
  await expect(profile.getByText("ada@bücher.example")).toBeVisible();
  await profile.getByRole("button", { name: "Change email address" }).click();
  const dialog = page.getByRole("dialog", { name: "Change email address" });
  await dialog.getByLabel("New email address").fill("Ada@bücher.example");
  await dialog.getByRole("button", { name: "Send link" }).click();
  await expect(alert(dialog)).toContainText("already your address");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Change password" }).click();
  const form = await prove(page, "Change password", account);
  await expect(form.getByLabel("Email", { exact: true })).toHaveValue(
    /^ada@(bücher|xn--bcher-kva)\.example$/,
  );
  await form.getByRole("button", { name: "Continue" }).click();
  await form.getByLabel("New password").fill("Ada@Bücher.example!");
  await expect(form.getByText("Too short without your email address")).toBeVisible();
});

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

test("T-31: no query or fragment leads to another origin", async ({ page, server, account }) => {
  await page.goto("/sign-in?next=//evil.example/settings/account");
  await fillSignIn(page, account);
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  expect(page.url()).toBe(`${server.url}/settings/account`);
  await page.goto("/reset-password#//evil.example");
  await expect(page.getByLabel("New password")).toBeVisible();
  expect(page.url()).toBe(`${server.url}/reset-password`);
});

test("the data of the account is downloaded as one file without secrets", async ({
  page,
  server,
  account,
}) => {
  const secret = await enrollByApi(server, account, "Pixel 11");
  await signIn(page, server, account, secret);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download your data" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("account.json");
  const text = readFileSync(await file.path(), "utf8");
  const data = JSON.parse(text) as { account: { email: string }; mfa: { methods: { name: string }[] } };
  expect(data.account.email).toBe(account.email);
  expect(data.mfa.methods[0]?.name).toBe("Pixel 11");
  expect(text).not.toContain(secret);
});
