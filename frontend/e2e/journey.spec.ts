import {
  alert,
  beginEnrollment,
  expect,
  fillSignIn,
  mfaCard,
  qr,
  readQr,
  confirmResult,
  shownRecoveryCodes,
  test,
} from "./fixtures";
import { wrongCode } from "./server";

test("MFA is turned on, signs in with a code or a recovery code, and is turned off", async ({
  page,
  server,
  account,
}) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings%2Faccount$/);
  await fillSignIn(page, { ...account, password: "not the password at all" });
  await expect(alert(page)).toContainText("Wrong email or password");
  await expect(page.getByLabel("Email")).toHaveValue(account.email);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await fillSignIn(page, account);

  const card = mfaCard(page);
  await expect(card.getByText("Off", { exact: true })).toBeVisible();
  await expect(page).toHaveURL("/settings/account");

  const dialog = await beginEnrollment(page, account);
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();

  const field = dialog.getByLabel("6-digit code");
  await expect(field).toBeFocused();
  await field.fill(await wrongCode(server, secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(alert(dialog)).toContainText("Wrong code");
  await expect(alert(dialog)).toContainText("Four attempts left");
  await expect(field).toBeFocused();

  await dialog.getByLabel(/^Name for this authenticator/).fill("Work phone");
  const first = await server.nextCode(secret);
  await field.fill(`${first.slice(0, 3)} ${first.slice(3)}`);
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeFocused();
  await expect(dialog).toContainText("“Work phone”");
  const recoveryCodes = await shownRecoveryCodes(dialog);
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText("On", { exact: true })).toBeVisible();
  await expect(card.getByRole("listitem")).toContainText("Work phone");

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You’re signed out.")).toBeVisible();

  await fillSignIn(page, account);
  const code = page.getByLabel("6-digit code");
  await expect(code).toBeFocused();
  await code.fill(await wrongCode(server, secret));
  await expect(alert(page)).toContainText("Wrong code");
  await code.fill(await server.nextCode(secret));
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await fillSignIn(page, account);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await page.getByLabel("Recovery code", { exact: true }).fill(recoveryCodes[0] ?? "");
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(card).toContainText("9 of 10 left");

  await card.getByRole("button", { name: "Remove Work phone" }).click();
  const question = page.getByRole("dialog", { name: "Remove “Work phone”?" });
  await expect(question).toContainText("MFA will be turned off");
  await question.getByRole("button", { name: "Remove method" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
  await proof.getByLabel("Password", { exact: true }).fill(account.password);
  await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await proof.getByRole("button", { name: "Confirm" }).click();
  // The page behind the dialog does not change until it closes.
  await expect(card.locator(".row--method")).toContainText("Work phone");
  await confirmResult(page, "Method removed", "“Work phone” was removed.");
  await expect(card.getByText("Off", { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await fillSignIn(page, account);
  await expect(card.getByText("Off", { exact: true })).toBeVisible();
});

test("enrollment and removal work by keyboard alone", async ({ page, server, account }) => {
  const { keyboard } = page;
  /** Presses Tab until the element with this name has the focus. */
  const tabTo = async (name: string | RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await keyboard.press("Tab");
      const label = await page.evaluate(() => {
        const element = document.activeElement ?? document.body;
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
        const text =
          element.getAttribute("aria-label") ?? labels[0]?.textContent ?? element.textContent ?? "";
        return text.trim();
      });
      if (typeof name === "string" ? label === name : name.test(label)) return;
    }
    throw new Error(`Tab does not reach ${name}.`);
  };

  await page.goto("/sign-in");
  await expect(page.getByLabel("Email")).toBeFocused();
  await keyboard.type(account.email);
  await tabTo("Password");
  await keyboard.type(account.password);
  await keyboard.press("Enter");
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();

  await tabTo("Register MFA Method");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();

  // Escape closes the dialog and returns the focus, and the next key press opens it again.
  await keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Register MFA Method" })).toBeFocused();
  await keyboard.press("Space");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await keyboard.type(account.password);
  await keyboard.press("Enter");

  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  await tabTo("Can’t scan?");
  await keyboard.press("Enter");
  const secret = (await dialog.locator("code").innerText()).replace(/\s/g, "");
  await tabTo("Continue");
  await keyboard.press("Enter");
  await expect(dialog.getByLabel("6-digit code")).toBeFocused();
  await keyboard.type("12");
  await keyboard.press("Enter");
  await expect(alert(dialog)).toContainText("Enter all six digits.");
  await keyboard.press("Control+A");
  await keyboard.type(await server.nextCode(secret));
  await tabTo(/^Name for this authenticator/);
  await keyboard.type("Keyboard");
  await keyboard.press("Enter");
  await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeFocused();
  await tabTo("I’ve saved these codes");
  await keyboard.press("Space");
  await tabTo("Done");
  await keyboard.press("Enter");
  await expect(dialog).toBeHidden();

  await tabTo("Remove Keyboard");
  await keyboard.press("Enter");
  await tabTo("Remove method");
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Confirm that it’s you" })).toBeVisible();
  await keyboard.type(account.password);
  await tabTo("6-digit code");
  await keyboard.type(await server.nextCode(secret));
  await keyboard.press("Enter");
  await expect(page.getByText("“Keyboard” was removed.")).toBeFocused();
  await tabTo("Done");
  await keyboard.press("Enter");
  await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
  await expect(page.getByRole("main")).toBeFocused();
});
