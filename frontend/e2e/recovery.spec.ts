// A lost or a new phone: the user is not locked out, and MFA stays on in between.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  alert,
  expect,
  fillSignIn,
  mfaCard,
  qr,
  readQr,
  confirmResult,
  register,
  shownRecoveryCodes,
  signIn,
  test,
} from "./fixtures";
import type { Credentials, Server } from "./server";

/** Fills in the step-up dialog; `second` is a TOTP code or a recovery code. */
async function prove(page: Page, who: Credentials, second: { code: string } | { recoveryCode: string }) {
  const dialog = page.getByRole("dialog", { name: "Confirm that it’s you" });
  await dialog.getByLabel("Password", { exact: true }).fill(who.password);
  if ("code" in second) await dialog.getByLabel("6-digit code").fill(second.code);
  else {
    await dialog.getByRole("button", { name: "Use a recovery code instead" }).click();
    await dialog.getByLabel("Recovery code", { exact: true }).fill(second.recoveryCode);
  }
  await dialog.getByRole("button", { name: "Confirm" }).click();
}

async function toCodeStep(page: Page, who: Credentials) {
  await page.goto("/sign-in");
  await fillSignIn(page, who);
  await expect(page.getByLabel("6-digit code")).toBeFocused();
}

const sendRecoveryCode = async (page: Page, code: string) => {
  await page.getByLabel("Recovery code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Verify" }).click();
};

const account = (page: Page) => page.getByRole("heading", { name: "Account", exact: true });

async function signOut(page: Page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You’re signed out.")).toBeVisible();
}

/** Registers the first method through the page. Returns its secret and the recovery codes. */
async function firstMethod(page: Page, server: Server, who: Credentials, name: string) {
  await signIn(page, server, who);
  const { dialog, secret } = await register(page, server, who, name);
  const codes = await shownRecoveryCodes(dialog);
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  return { secret, codes };
}

test("recovery codes are shown once, and the dialog stays open until they are saved", async ({
  page,
  context,
  server,
  account: who,
}) => {
  await context.grantPermissions(["clipboard-write", "clipboard-read"]);
  await signIn(page, server, who);
  const { dialog } = await register(page, server, who, "Pixel 11");
  const codes = await shownRecoveryCodes(dialog);
  expect(codes).toHaveLength(10);
  expect(new Set(codes).size).toBe(10);

  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download" }).click();
  const file = readFileSync(await (await download).path(), "utf8");
  for (const code of [...codes, who.email]) expect(file).toContain(code);
  await dialog.getByRole("button", { name: "Copy" }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join("\n"));

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.locator(".print-sheet")).toBeVisible();
  await expect(page.locator(".print-sheet")).toContainText(who.email);
  await expect(page.locator("#app")).toBeHidden();
  // Printed black on white in any color scheme.
  await expect(page.locator(".print-sheet")).toHaveCSS("color", "rgb(0, 0, 0)");
  await expect(page.locator("html")).toHaveCSS("background-color", "rgb(255, 255, 255)");
  await page.emulateMedia({ media: "screen", colorScheme: "light" });

  const box = dialog.getByLabel("I’ve saved these codes");
  for (const leave of [
    () => page.keyboard.press("Escape"),
    () => page.keyboard.press("Escape"),
    () => dialog.getByRole("button", { name: "Close" }).click(),
    () => dialog.getByRole("button", { name: "Done" }).click(),
  ]) {
    await leave();
    await expect(box).toBeFocused();
    await expect(alert(dialog)).toHaveText("Save the codes first, then tick this box.");
  }
  await box.check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  await expect(mfaCard(page)).toContainText("10 of 10 left");

  await page.reload();
  await expect(mfaCard(page)).toContainText("They can’t be shown again, but you can generate new ones.");
  expect(await page.content()).not.toContain(codes[0]);
});

test("a lost phone is replaced after signing in with a recovery code", async ({
  page,
  server,
  account: who,
}) => {
  const { codes } = await firstMethod(page, server, who, "Lost phone");
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, codes[0] ?? "");
  await expect(account(page)).toBeVisible();
  const card = mfaCard(page);
  await expect(card).toContainText("9 of 10 left");

  await card.getByRole("button", { name: "Remove Lost phone" }).click();
  const question = page.getByRole("dialog", { name: "Remove “Lost phone”?" });
  await expect(question).toContainText("Your recovery codes will stop working too");
  await question.getByRole("button", { name: "Remove method" }).click();
  await prove(page, who, { recoveryCode: codes[1] ?? "" });
  await confirmResult(page, "Method removed", "“Lost phone” was removed.");
  await expect(card.getByText("Off", { exact: true })).toBeVisible();
  await expect(card).not.toContainText("Recovery codes");

  const { dialog, secret } = await register(page, server, who, "Replace");
  const fresh = await shownRecoveryCodes(dialog);
  expect(fresh.filter((code) => codes.includes(code))).toEqual([]);
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, codes[2] ?? "");
  await expect(alert(page)).toContainText("Wrong recovery code");
  await page.getByRole("button", { name: "Use your authenticator app instead" }).click();
  await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(account(page)).toBeVisible();
});

test("a recovery code is accepted in any spelling, and works once", async ({
  page,
  server,
  account: who,
}) => {
  const { codes } = await firstMethod(page, server, who, "Pixel 11");
  const careless = (code: string) =>
    ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `;
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, "0A1B-2C3D");
  await expect(alert(page)).toContainText("16 letters and digits");
  await sendRecoveryCode(page, careless(codes[0] ?? ""));
  await expect(account(page)).toBeVisible();
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, codes[0] ?? "");
  await expect(alert(page)).toContainText("recovery code");
  await sendRecoveryCode(page, (codes[1] ?? "").replaceAll("-", ""));
  await expect(account(page)).toBeVisible();
  await expect(mfaCard(page)).toContainText("8 of 10 left");
});

test("a new phone replaces the old one without turning MFA off", async ({ page, server, account: who }) => {
  const { secret: old, codes } = await firstMethod(page, server, who, "Old phone");
  const card = mfaCard(page);
  await card.getByRole("button", { name: "Replace Old phone" }).click();
  const dialog = page.getByRole("dialog", { name: "Replace authenticator app" });
  await expect(dialog).toContainText("“Old phone” keeps working until you confirm the new app");
  await dialog.getByLabel("Password", { exact: true }).fill(who.password);
  await dialog.getByLabel("6-digit code").fill(await server.nextCode(old));
  await dialog.getByRole("button", { name: "Continue" }).click();
  const fresh = await readQr(qr(page));

  // A reload during the move changes nothing: the old phone still signs in, and the move is offered again.
  await page.reload();
  await expect(card.getByText("Replacement not finished")).toBeVisible();
  await card.getByRole("button", { name: "Start again" }).click();
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await signOut(page);
  await toCodeStep(page, who);
  await page.getByLabel("6-digit code").fill(await server.nextCode(old));
  await expect(account(page)).toBeVisible();
  await card.getByRole("button", { name: "Replace Old phone" }).click();
  await dialog.getByLabel("Password", { exact: true }).fill(who.password);
  await dialog.getByLabel("6-digit code").fill(await server.nextCode(old));
  await dialog.getByRole("button", { name: "Continue" }).click();
  const secret = await readQr(qr(page));
  expect(secret).not.toBe(fresh);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel(/^Name for this authenticator/).fill("Old phone");
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "Authenticator app replaced" })).toBeFocused();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(card.getByRole("listitem")).toHaveCount(1);
  await expect(card).toContainText("10 of 10 left");
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByLabel("6-digit code").fill(await server.nextCode(old));
  await expect(alert(page)).toContainText("Wrong code");
  await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(account(page)).toBeVisible();
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, codes[0] ?? "");
  await expect(account(page)).toBeVisible();
});

test("a method is renamed in place, and a taken name is explained", async ({
  page,
  server,
  account: who,
}) => {
  const { secret } = await firstMethod(page, server, who, "Pixel 11");
  const second = await register(page, server, who, "Tablet", await server.nextCode(secret));
  await second.dialog.getByRole("button", { name: "Done" }).click();
  const card = mfaCard(page);
  await card.getByRole("button", { name: "Rename Tablet" }).click();
  const field = card.getByLabel("New name");
  await expect(field).toBeFocused();
  await page.keyboard.type("pixel 11");
  await page.keyboard.press("Enter");
  await expect(alert(card)).toContainText("You already have a method with this name");
  await page.keyboard.press("Escape");
  await expect(card.getByRole("button", { name: "Rename Tablet" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("<b>Küche</b> & Co.");
  await page.keyboard.press("Enter");
  await expect(card.getByRole("button", { name: "Rename <b>Küche</b> & Co." })).toBeFocused();
  await page.reload();
  await expect(card.getByRole("listitem").filter({ hasText: "<b>Küche</b> & Co." })).toBeVisible();
});

test("new recovery codes revoke the old ones", async ({ page, server, account: who }) => {
  const { secret, codes } = await firstMethod(page, server, who, "Pixel 11");
  const card = mfaCard(page);
  await card.getByRole("button", { name: "Generate new codes" }).click();
  const question = page.getByRole("dialog", { name: "Generate new recovery codes?" });
  await expect(question).toContainText("stop working");
  await question.getByRole("button", { name: "Generate new codes" }).click();
  await prove(page, who, { code: await server.nextCode(secret) });
  const dialog = page.getByRole("dialog", { name: "Your new recovery codes" });
  const fresh = await shownRecoveryCodes(dialog);
  expect(fresh).toHaveLength(10);
  await expect(dialog).toContainText("Your old codes no longer work. We sent a notice to");
  await dialog.getByLabel("I’ve saved these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(card.getByRole("button", { name: "Generate new codes" })).toBeFocused();
  await signOut(page);

  await toCodeStep(page, who);
  await page.getByRole("button", { name: "Use a recovery code instead" }).click();
  await sendRecoveryCode(page, codes[0] ?? "");
  await expect(alert(page)).toContainText("Wrong recovery code");
  await sendRecoveryCode(page, fresh[0] ?? "");
  await expect(account(page)).toBeVisible();
  await expect(card).toContainText("9 of 10 left");
});

test("few remaining recovery codes are shown as a warning", async ({ page, server, account: who }) => {
  const { codes } = await firstMethod(page, server, who, "Pixel 11");
  for (const code of codes.slice(0, 7)) {
    await signOut(page);
    await toCodeStep(page, who);
    await page.getByRole("button", { name: "Use a recovery code instead" }).click();
    await sendRecoveryCode(page, code);
    await expect(account(page)).toBeVisible();
  }
  await expect(mfaCard(page)).toContainText("3 of 10 left");
  await expect(mfaCard(page).locator(".notice--warning")).toContainText("Three codes left");
});
