// Every state of sign-in, the account page and enrollment, in light and dark, on phone and desktop, checked with axe.
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
  test,
} from "./fixtures";
import { enrollByApi, wrongCode } from "./server";
import { fulfillProblem, holdNext, inEveryAppearance, respondOnce } from "./screenshots";

inEveryAppearance((shooter) => {
  test("sign-in in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    const secret = await enrollByApi(server, account, "Pixel 11");
    await page.goto("/sign-in");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await shot("sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(alert(page)).toHaveText("Enter your email address.");
    await shot("sign-in-missing");
    await fillSignIn(page, { ...account, password: "something else altogether" });
    await expect(alert(page)).toContainText("Wrong email or password");
    await shot("sign-in-rejected");
    await respondOnce(page, "/sessions", (route) =>
      fulfillProblem(route, 429, { code: "too_many_attempts", retry_after: 30 }),
    );
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(alert(page)).toContainText("You can try again in 0:");
    await shot("sign-in-wait");
    await page.reload();
    await respondOnce(page, "/sessions", (route) => route.abort());
    await fillSignIn(page, account);
    await expect(alert(page)).toContainText("We can’t reach the server");
    await shot("sign-in-unreachable");
    const release = await holdNext(page, "/sessions");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("button", { name: /Working/ })).toBeVisible();
    await shot("sign-in-busy");
    await release();
    const code = page.getByLabel("6-digit code");
    await expect(code).toBeFocused();
    await shot("code");
    await code.fill(await wrongCode(server, secret));
    await expect(alert(page)).toContainText("Wrong code");
    await shot("code-rejected");
    await page.goto("/nowhere");
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    await shot("not-found");
  });

  test("the account page and enrollment in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    await signIn(page, server, account);
    await shot("account-off");

    const releases = [await holdNext(page, "/account"), await holdNext(page, "/mfa")];
    await page.reload();
    await expect(page.getByText("Loading…")).toBeAttached();
    await shot("account-loading");
    for (const release of releases) await release();
    await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
    await respondOnce(page, "/mfa", (route) =>
      fulfillProblem(route, 500, { code: "internal", request_id: "01980f5e" }),
    );
    await page.reload();
    await expect(page.getByText("We couldn’t load your MFA methods")).toBeVisible();
    await shot("account-failed");
    await page.getByRole("button", { name: "Try again" }).click();

    await page.getByRole("button", { name: "Register MFA Method" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
    await shot("reauthenticate");
    await dialog.getByLabel("Password", { exact: true }).fill("something else altogether");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(alert(dialog)).toContainText("Wrong password");
    await shot("reauthenticate-rejected");
    await respondOnce(page, "/step-up", (route) =>
      fulfillProblem(route, 503, { code: "unavailable" }, { "Retry-After": "2" }),
    );
    await dialog.getByLabel("Password", { exact: true }).fill(account.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(alert(dialog)).toContainText("The service can’t respond");
    await shot("reauthenticate-unavailable");
    await expect(dialog.getByRole("status")).toContainText("You can try again now.");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
    const secret = await readQr(qr(page));
    await shot("scan");
    await dialog.getByText("Can’t scan?").click();
    await shot("scan-key");
    await page.context().grantPermissions(["clipboard-write", "clipboard-read"]);
    await dialog.getByRole("button", { name: "Copy key" }).click();
    await expect(dialog.getByRole("status")).toContainText("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await shot("scan-copied");
    await dialog.getByRole("button", { name: "Continue" }).click();
    const field = dialog.getByLabel("6-digit code");
    await expect(field).toBeFocused();
    await shot("verify");
    await field.fill(await wrongCode(server, secret));
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(alert(dialog)).toContainText("Wrong code");
    await shot("verify-rejected");
    await field.fill(await server.code(secret, 120));
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(alert(dialog)).toContainText("Your phone’s clock is about two minutes fast");
    await shot("verify-clock");
    await respondOnce(page, "/mfa/totp/enrollments/*/confirm", (route) =>
      fulfillProblem(route, 429, { code: "too_many_attempts", retry_after: 30 }),
    );
    await field.fill(await server.code(secret));
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(alert(dialog)).toContainText("Too many failed attempts.");
    await shot("verify-wait");
    await page.reload();
    await expect(page.getByText("Registration not finished")).toBeVisible();
    await shot("account-pending");

    await beginEnrollment(page, account);
    const fresh = await readQr(qr(page));
    await dialog.getByRole("button", { name: "Continue" }).click();
    const release = await holdNext(page, "/mfa/totp/enrollments/*/confirm");
    await field.fill(await server.code(fresh));
    await dialog.getByLabel(/^Name for this authenticator/).fill("Pixel 11");
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(dialog.getByRole("button", { name: /Working/ })).toBeVisible();
    await shot("verify-busy");
    await release();
    await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeVisible();
    await shot("success");
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(alert(dialog)).toHaveText("Save the codes first, then tick this box.");
    await shot("success-reminded");
    await dialog.getByLabel("I’ve saved these codes").check();
    await shot("success-saved");
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
    await shot("account-on");

    await page.getByRole("button", { name: "Register MFA Method" }).click();
    await expect(dialog.getByLabel("6-digit code")).toBeVisible();
    await shot("reauthenticate-mfa");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove Pixel 11" }).click();
    await expect(page.getByRole("dialog", { name: "Remove “Pixel 11”?" })).toBeVisible();
    await shot("remove");
    await page.getByRole("button", { name: "Remove method" }).click();
    const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
    await expect(proof).toBeVisible();
    await shot("step-up");
    await proof.getByLabel("Password", { exact: true }).fill(account.password);
    await proof.getByLabel("6-digit code").fill(await wrongCode(server, fresh));
    await proof.getByRole("button", { name: "Confirm" }).click();
    await expect(alert(proof)).toContainText("Wrong code");
    await shot("step-up-rejected");
    await proof.getByLabel("6-digit code").fill(await server.nextCode(fresh));
    await proof.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByText("“Pixel 11” was removed.")).toBeFocused();
    await shot("account-removed");
    await confirmResult(page, "Method removed", "“Pixel 11” was removed.");
    await expect(mfaCard(page).getByText("Not set up yet")).toBeVisible();
  });

  test("many methods and ended sessions in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    await signIn(page, server, account);
    const dialog = await beginEnrollment(page, account);
    const late = await readQr(qr(page));
    await dialog.getByRole("button", { name: "Continue" }).click();
    await server.advance(11 * 60);
    await dialog.getByLabel("6-digit code").fill(await server.code(late));
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(dialog.getByRole("button", { name: "Start again" })).toBeVisible();
    await shot("over");
    const secrets: string[] = [];
    for (const name of ["Pixel 11", "Work phone", "iPad in the kitchen drawer", "W".repeat(64), "Backup"])
      secrets.push(await enrollByApi(server, account, name, secrets));
    // The refresh after the dialog has closed gets the response that the session has expired.
    await page.keyboard.press("Escape");
    await expect(page.getByText("Your session has expired")).toBeVisible();
    await shot("sign-in-expired");
    await signIn(page, server, account, secrets[0]);
    await expect(mfaCard(page).getByRole("listitem")).toHaveCount(5);
    await shot("account-full");
    await page.getByRole("button", { name: "Register MFA Method" }).scrollIntoViewIfNeeded();
    await shot("account-full-end");
  });
});
