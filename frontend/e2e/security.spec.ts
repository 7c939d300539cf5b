import { alert, beginEnrollment, expect, mfaCard, qr, readQr, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";

test("T-05, T-06: the key leaves no trace in the browser", async ({ page, server, account }) => {
  const bodies: string[] = [];
  page.on("response", (response) => {
    if (/\/api\//.test(response.url()) && response.request().method() === "GET")
      void response.text().then(
        (body) => bodies.push(body),
        () => {},
      );
  });
  await signIn(page, server, account);
  const dialog = await beginEnrollment(page, account);
  const secret = await readQr(qr(page));
  const png = await page.locator(".qr__image").evaluate((image: HTMLImageElement) => image.src.slice(30, 90));
  await dialog.getByText("Can’t scan?").click();

  /** Everything that the browser stores for the page. */
  const traces = () =>
    page.evaluate(async () =>
      JSON.stringify([
        performance.getEntries().map((entry) => entry.name),
        location.href,
        history.state,
        document.cookie,
        document.referrer,
        document.title,
        { ...localStorage },
        { ...sessionStorage },
        await caches.keys(),
        (await indexedDB.databases()).map((database) => database.name),
      ]),
    );
  const clean = (text: string) => {
    expect(text).not.toContain(secret);
    expect(text).not.toContain("otpauth:");
    expect(text).not.toContain(png);
    expect(text).not.toContain(account.password);
  };
  clean(await traces());
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  clean(await traces());
  clean(await page.content());
  await page.reload();
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  clean(await traces());
  clean(bodies.join("\n"));
  expect(bodies.length).toBeGreaterThan(3);
});

test("T-31: signing in leads only to the service's own pages", async ({ page, account }) => {
  for (const next of [
    "https://evil.example/",
    "//evil.example/settings/account",
    "/\\evil.example",
    "javascript:alert(1)",
    "/settings/../../evil",
    "/api/v1/account",
    "/settings/account/../../sign-in",
  ]) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Email", { exact: true }).fill(account.email);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
    await expect(page).toHaveURL("/settings/account");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL("/sign-in");
  }
});

test("responses carry strict headers, and a policy violation is noticed", async ({ page, watch }) => {
  const response = await page.goto("/settings/account");
  const headers = response?.headers() ?? {};
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).toContain("require-trusted-types-for 'script'");
  // The content security policy blocks an injected script.
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(
    await page.evaluate(() => {
      try {
        document.createElement("div").innerHTML = "<b>x</b>";
        return "taken";
      } catch {
        return "refused";
      }
    }),
  ).toBe("refused");
  await expect.poll(() => watch.violations.length).toBe(1);
  watch.violations.length = 0;
  watch.errors.length = 0;
});

test("a password alone gives no step-up on an account with MFA", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Phone");
  await signIn(page, server, account, secret);
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(alert(dialog)).toContainText("Enter all six digits.");
  await expect(dialog.getByLabel("6-digit code")).toBeFocused();
});
