// Failures around the page: each time it says what to do next, keeps the typed values, and works afterwards.
import type { Page, Route } from "@playwright/test";
import {
  alert,
  beginEnrollment,
  expect,
  fillSignIn,
  mfaCard,
  qr,
  readQr,
  confirmResult,
  signIn,
  interceptFromStart,
  test,
} from "./fixtures";
import { enrollByApi, wrongCode } from "./server";

const respondProblem = (page: Page, path: string, status: number, body: object, times = 1) =>
  page.route(
    `**/api/v1${path}`,
    (route: Route) =>
      route.fulfill({
        status,
        headers: { "Content-Type": "application/problem+json" },
        body: JSON.stringify({ type: "/problems/x", title: "x", status, ...body }),
      }),
    { times },
  );

test.beforeEach(({ page }) => interceptFromStart(page));

test("an unreachable server leaves the typed values in place", async ({ page, account }) => {
  await page.goto("/sign-in");
  await page.route("**/api/v1/sessions", (route) => route.abort(), { times: 1 });
  await fillSignIn(page, account);
  await expect(alert(page)).toContainText(
    "We can’t reach the server. Check your connection, then try again.",
  );
  await expect(page.getByLabel("Email")).toHaveValue(account.email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
});

test("a backoff counts down and ends by itself", async ({ page, account }) => {
  await page.goto("/sign-in");
  await respondProblem(page, "/sessions", 429, { code: "too_many_attempts", retry_after: 2 });
  await fillSignIn(page, account);
  const button = page.getByRole("button", { name: "Sign in" });
  await expect(page.getByText("You can try again in")).toBeVisible();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Enter");
  await expect(page.getByText("You can try again now.")).toBeVisible();
  await expect(button).not.toHaveAttribute("aria-disabled", "true");
  await button.click();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
});

test("the last wrong code ends the sign-in, and the next sign-in starts in backoff", async ({
  page,
  server,
  account,
}) => {
  const secret = await enrollByApi(server, account, "Phone");
  await page.goto("/sign-in");
  await fillSignIn(page, account);
  const field = page.getByLabel("6-digit code");
  const wrong = await wrongCode(server, secret);
  for (const left of ["Four", "Three", "Two", "One"]) {
    await field.fill("");
    await field.fill(wrong);
    await expect(alert(page)).toContainText(`${left} ${left === "One" ? "attempt" : "attempts"} left.`);
  }
  await field.fill("");
  await field.fill(wrong);
  await expect(alert(page)).toContainText("Too many wrong codes. Enter your password to start again.");
  await expect(page.getByLabel("Email")).toHaveValue(account.email);
  const password = page.getByLabel("Password", { exact: true });
  await expect(password).toBeFocused();
  await password.fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await field.fill(await server.code(secret));
  await expect(alert(page)).toContainText("You can try again in");
  await expect(page.getByRole("button", { name: "Verify" })).toHaveAttribute("aria-disabled", "true");
});

test("the last wrong code ends the enrollment, and the next one starts in backoff", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  const spent = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  const field = dialog.getByLabel("6-digit code");
  const register = dialog.getByRole("button", { name: "Register" });
  await field.fill(await wrongCode(server, spent));
  for (const left of ["Four", "Three", "Two", "One"]) {
    await register.click();
    await expect(alert(dialog)).toContainText(`${left} ${left === "One" ? "attempt" : "attempts"} left.`);
  }
  await register.click();
  await expect(dialog.getByRole("heading", { name: "This registration has ended" })).toBeVisible();
  await expect(alert(dialog)).toContainText("Too many wrong codes, so this QR code no longer works.");
  await dialog.getByRole("button", { name: "Start again" }).click();
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  const fresh = await readQr(qr(page));
  expect(fresh).not.toBe(spent);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await field.fill(await server.code(fresh));
  await register.click();
  await expect(alert(dialog)).toContainText("You can try again in");
  await expect(register).toHaveAttribute("aria-disabled", "true");
});

test("the account page retries by itself, then offers to", async ({ page, server, account }) => {
  await signIn(page, server, account);
  await respondProblem(page, "/mfa", 503, { code: "unavailable" }, 2);
  await page.reload();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
  await respondProblem(page, "/mfa", 503, { code: "unavailable" }, 3);
  await page.reload();
  await expect(alert(page)).toContainText("The service can’t respond");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
});

test("a failed sign-out is reported", async ({ page, server, account }) => {
  await signIn(page, server, account);
  await page.route("**/api/v1/sessions/current", (route) => route.abort(), { times: 1 });
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(alert(page)).toContainText("You’re still signed in");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You’re signed out.")).toBeVisible();
});

test("a failed removal of a method is reported and can be retried", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Phone");
  await signIn(page, server, account, secret);
  await page.getByRole("button", { name: "Remove Phone" }).click();
  await respondProblem(page, "/mfa/methods/*", 500, { code: "internal", request_id: "r-1" });
  const question = page.getByRole("dialog", { name: "Remove “Phone”?" });
  await question.getByRole("button", { name: "Remove method" }).click();
  await expect(alert(question)).toContainText("report this request ID: r-1");
  await question.getByRole("button", { name: "Remove method" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
  await proof.getByLabel("Password", { exact: true }).fill(account.password);
  await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await proof.getByRole("button", { name: "Confirm" }).click();
  await confirmResult(page, "Method removed", "was removed.");
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
});

test("a name taken meanwhile uses up no code", async ({ page, server, account }) => {
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  const name = dialog.getByLabel(/^Name for this authenticator/);
  await name.fill("Tablet");
  await respondProblem(page, "/mfa/totp/enrollments/*/confirm", 409, { code: "name_taken" });
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(alert(dialog)).toContainText("You already have a method with this name");
  await expect(name).toBeFocused();
  await name.fill("Other tablet");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("“Other tablet”");
});

test("closing while the code is checked leaves no partial registration", async ({
  page,
  server,
  account,
}) => {
  await signIn(page, server, account);
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  let begun = () => {};
  await page.route(
    "**/api/v1/mfa/totp/enrollments",
    async (route) => {
      await new Promise<void>((resolve) => (begun = resolve));
      await route.continue();
    },
    { times: 1 },
  );
  const asked = page.waitForRequest("**/api/v1/mfa/totp/enrollments");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await asked;
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  const cancelled = page.waitForResponse((response) => response.request().method() === "DELETE");
  begun();
  expect((await cancelled).status()).toBe(204);
  await page.reload();
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
  await expect(page.getByText("Registration not finished")).toBeHidden();
});
