// Codes that users enter with an input method, or in the digits of another script.
import type { Page } from "@playwright/test";
import { alert, expect, fillSignIn, mfaCard, test } from "./fixtures";
import { enrollByApi, type Credentials } from "./server";

/** Digits of another script, as an input method or a phone in that language gives them. */
const inScript = (code: string, zero: string) =>
  [...code].map((digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit))).join("");

/** Opens the code step, and collects the codes that the page sends from there. */
async function toCodeStep(page: Page, account: Credentials) {
  const sent: unknown[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/sessions/second-factor")) sent.push(request.postDataJSON());
  });
  await page.goto("/sign-in");
  await fillSignIn(page, account);
  const field = page.getByLabel("6-digit code");
  await expect(field).toBeFocused();
  return { field, sent };
}

test("an input method composes a code undisturbed, and it is sent once", async ({
  page,
  server,
  account,
}) => {
  const secret = await enrollByApi(server, account, "Phone");
  const { field, sent } = await toCodeStep(page, account);
  const code = await server.nextCode(secret);
  const wide = inScript(code, "０");
  const input = await page.context().newCDPSession(page);
  for (let length = 1; length <= wide.length; length += 1) {
    const text = wide.slice(0, length);
    await input.send("Input.imeSetComposition", { text, selectionStart: length, selectionEnd: length });
    await expect(field).toHaveValue(text);
  }
  expect(sent).toEqual([]);
  await input.send("Input.insertText", { text: wide });
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  expect(sent).toEqual([{ code }]);
});

test("a code is composed in two parts", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Phone");
  const { field, sent } = await toCodeStep(page, account);
  const code = await server.nextCode(secret);
  const input = await page.context().newCDPSession(page);
  for (const part of [code.slice(0, 4), code.slice(4)]) {
    const text = inScript(part, "０");
    await input.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
    await input.send("Input.insertText", { text });
    if (part.length === 4) await expect(field).toHaveValue(part);
  }
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  expect(sent).toEqual([{ code }]);
});

test("Arabic digits sign in, and a text without digits is explained", async ({ page, server, account }) => {
  const secret = await enrollByApi(server, account, "Phone");
  const { field, sent } = await toCodeStep(page, account);
  await field.fill("sechs");
  await expect(alert(page)).toHaveText("Enter only the six digits.");
  await expect(field).toHaveValue("");
  const code = await server.nextCode(secret);
  await field.fill(inScript(code, "٠"));
  await expect(mfaCard(page).getByText("On", { exact: true })).toBeVisible();
  expect(sent).toEqual([{ code }]);
});
