import {
  alert,
  beginEnrollment,
  expect,
  fillSignIn,
  interceptFromStart,
  mfaCard,
  qr,
  readQr,
  confirmResult,
  signIn,
  test,
} from "./fixtures";
import { enrollByApi } from "./server";

test("an expired session leads to sign-in and back", async ({ page, server, account }) => {
  await signIn(page, server, account);
  await page.waitForLoadState("networkidle");
  await server.advance(2 * 3600);
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("Your session has expired.")).toBeVisible();
  await expect(page).toHaveURL("/sign-in?next=%2Fsettings%2Faccount");
  await fillSignIn(page, account);
  await expect(page).toHaveURL("/settings/account");
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
});

test("the sign-in page redirects a signed-in user", async ({ page, server, account }) => {
  await signIn(page, server, account);
  await page.goto("/sign-in");
  await expect(page).toHaveURL("/settings/account");
  await page.goto("/");
  await expect(page).toHaveURL("/settings/account");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
});

test("a reload during enrollment registers nothing and offers to start again", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await beginEnrollment(page, account);
  const dead = await readQr(qr(page));
  await page.reload();
  const card = mfaCard(page);
  await expect(card.getByText("Registration not finished")).toBeVisible();
  await expect(card.getByText("Off", { exact: true })).toBeVisible();
  await card.getByRole("button", { name: "Start again" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  const secret = await readQr(qr(page));
  expect(secret).not.toBe(dead);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(card.getByText("On", { exact: true })).toBeVisible();
  await expect(card.getByText("Registration not finished")).toBeHidden();
});

test("a pending registration can be discarded", async ({ page, server, account }) => {
  await signIn(page, server, account);
  await interceptFromStart(page);
  await beginEnrollment(page, account);
  await page.reload();
  // The notice does not wait for the response, because everything below it would then move late.
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/mfa/totp/enrollments/*", async (route) => {
    await released;
    await route.continue();
  });
  const cancelled = page.waitForResponse((response) => response.request().method() === "DELETE");
  await mfaCard(page).getByRole("button", { name: "Discard" }).click();
  await expect(mfaCard(page).getByText("Registration not finished")).toBeHidden();
  release();
  expect((await cancelled).status()).toBe(204);
  await page.reload();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
  await expect(mfaCard(page).getByText("Registration not finished")).toBeHidden();
});

test("closing the dialog cancels the pending enrollment", async ({ page, server, account }) => {
  await signIn(page, server, account);
  for (const way of ["Escape", "Close", "Cancel"]) {
    const dialog = await beginEnrollment(page, account);
    const cancelled = page.waitForResponse((response) => response.request().method() === "DELETE");
    if (way === "Escape") await page.keyboard.press("Escape");
    else await dialog.getByRole("button", { name: way }).click();
    expect((await cancelled).status(), way).toBe(204);
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("button", { name: "Register MFA Method" })).toBeFocused();
  }
  await page.reload();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
  await expect(mfaCard(page).getByText("Registration not finished")).toBeHidden();
});

test("registering a method ends other sessions, keeps this one and reports it", async ({
  page,
  browser,
  server,
  account,
}) => {
  const elsewhere = await browser.newContext({ baseURL: server.url });
  const other = await elsewhere.newPage();
  await signIn(other, server, account);
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog).toContainText("One other session was signed out.");
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  await other.getByRole("button", { name: "Register MFA Method" }).click();
  await other.getByRole("dialog").getByLabel("Password", { exact: true }).fill(account.password);
  await other.getByRole("dialog").getByRole("button", { name: "Continue" }).click();
  await expect(other.getByText("Your session has expired")).toBeVisible();
  await elsewhere.close();
});

test("several methods: each signs in, each can be removed, and the limit is shown", async ({
  page,
  server,
  account,
}) => {
  const secrets: string[] = [];
  for (const name of ["One", "Two", "Three", "Four"])
    secrets.push(await enrollByApi(server, account, name, secrets));
  await signIn(page, server, account, secrets[2]);
  const card = mfaCard(page);
  await expect(card.getByRole("listitem")).toHaveCount(4);

  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByLabel("6-digit code").fill(await server.nextCode(secrets[1] ?? ""));
  await dialog.getByRole("button", { name: "Continue" }).click();
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  const name = dialog.getByLabel(/^Name for this authenticator/);
  await name.fill("two");
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(alert(dialog)).toContainText("You already have a method with this name");
  await expect(name).toBeFocused();
  await name.fill("Five");
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(name).toHaveValue("Five");
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();

  await expect(card.getByRole("listitem")).toHaveCount(5);
  await expect(card.getByRole("listitem").last()).toContainText("Five");
  const register = page.getByRole("button", { name: "Register MFA Method" });
  await expect(register).toHaveAttribute("aria-disabled", "true");
  await expect(register).toHaveAccessibleDescription(/five methods, the maximum for an account/);
  await register.click({ force: true });
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.getByRole("button", { name: "Remove One" }).click();
  const question = page.getByRole("dialog", { name: "Remove “One”?" });
  await expect(question).toContainText("stays on with “Two”, “Three”, “Four”, and “Five”");
  await question.getByRole("button", { name: "Remove method" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });

  // Declining the step-up returns to the question, and nothing is removed.
  await proof.getByRole("button", { name: "Cancel" }).click();
  await expect(proof).toBeHidden();
  await expect(question).toBeVisible();
  await question.getByRole("button", { name: "Remove method" }).click();
  await proof.getByLabel("Password", { exact: true }).fill("wrong password, surely");
  await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await proof.getByRole("button", { name: "Confirm" }).click();
  await expect(alert(proof)).toContainText("Wrong password");
  await expect(proof.getByLabel("Password", { exact: true })).toBeFocused();
  await proof.getByLabel("Password", { exact: true }).fill(account.password);
  await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await proof.getByRole("button", { name: "Confirm" }).click();
  await confirmResult(page, "Method removed", "“One” was removed.");
  await expect(card.getByRole("listitem")).toHaveCount(4);
  await expect(card.getByText("On", { exact: true })).toBeVisible();
  await expect(register).not.toHaveAttribute("aria-disabled", "true");
});

test("an expired pending sign-in starts again with the password", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Phone");
  await page.goto("/sign-in");
  await fillSignIn(page, account);
  await expect(page.getByLabel("6-digit code")).toBeVisible();
  await server.advance(6 * 60);
  await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(alert(page)).toContainText(
    "That took too long, or there were too many failed attempts. Enter your password again.",
  );
  await expect(page.getByLabel("Email")).toHaveValue(account.email);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
});

test("an expired enrollment starts again inside the dialog", async ({ page, server, account }) => {
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  const late = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await server.advance(11 * 60);
  await dialog.getByLabel("6-digit code").fill(await server.code(late));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "This registration has ended" })).toBeVisible();
  await dialog.getByRole("button", { name: "Start again" }).click();
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  expect(await readQr(qr(page))).not.toBe(late);
});

test("an unknown path shows the not-found page", async ({ page }) => {
  await page.goto("/settings/nowhere");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await page.getByRole("link", { name: "Go to account settings" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});
