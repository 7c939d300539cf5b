// Names and user agents are shown as text everywhere. Every journey fails at a violation of the content security policy
// (fixtures.ts).
import type { Page } from "@playwright/test";
import { expect, mfaCard, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi, type Credentials, type Server } from "./server";

/** Any of these that runs as a script leaves this mark. */
const mark = "hostile=1";
const names = [
  `<img src=x onerror=${mark}>"'&`,
  `"><script>${mark}</script>\${${mark}}`,
  `{{constructor.constructor('${mark}')()}}`,
  "\u202Eevil\u2066 name \u{1F469}\u200D\u{1F4BB}\u{1F3F3}\uFE0F\u200D\u{1F308}",
  "W".repeat(64),
];
const link = `javascript:${mark}//" autofocus onfocus="${mark}`;
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const agents = [
  `${firefox} "><img src=x onerror=${mark}>`,
  `${firefox} ${link}`,
  `${firefox} \u202Eevil\u2066 {{7*7}}`,
  `<script>${mark}</script>`,
];

/** Signs in with this user agent, byte for byte, and returns the session token. */
async function signInAs(server: Server, who: Credentials, agent: string, code: string): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "User-Agent": Buffer.from(agent).toString("latin1") },
    body: JSON.stringify({ ...who, code, deliver: "token" }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { session_token: string }).session_token;
}

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** Expects that no script ran and no element was made from markup in a name. */
async function wantText(page: Page) {
  expect(await page.evaluate(() => "hostile" in window)).toBe(false);
  const made =
    "body script, main img:not(.qr__image), svg[onload], [onerror], [onfocus], [onload], [autofocus], a[href^='javascript:' i]";
  expect(await page.locator(made).evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual([]);
}

test("T-32: hostile names and user agents are shown as text everywhere", async ({
  page,
  server,
  account,
}) => {
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  const secrets: string[] = [];
  for (const name of names) secrets.push(await enrollByApi(server, account, name, secrets));
  for (const agent of agents) await signInAs(server, account, agent, await server.nextCode(secrets[0] ?? ""));
  await signIn(page, server, account, secrets[0]);

  await test.step("in the list of methods", async () => {
    const items = mfaCard(page).getByRole("listitem");
    for (const [index, name] of names.entries()) {
      const item = items.filter({ has: page.getByRole("button", { name: `Remove ${name}`, exact: true }) });
      await expect(item, `method ${index}`).toHaveCount(1);
      expect(await item.locator("bdi").textContent()).toBe(name);
    }
    await wantText(page);
  });

  await test.step("in the dialogs of a method", async () => {
    for (const name of names) {
      await page.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText(name);
      await wantText(page);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await expect(dialog).toBeHidden();
    }
  });

  await test.step("while it is renamed, and in the message after it", async () => {
    await page.getByRole("button", { name: `Rename ${names[4]}`, exact: true }).click();
    const field = mfaCard(page).getByRole("textbox");
    await expect(field).toHaveValue(names[4] ?? "");
    await field.fill(link);
    await mfaCard(page).getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("button", { name: `Remove ${link}`, exact: true })).toBeVisible();
    await wantText(page);
  });

  await test.step("in the user's name", async () => {
    const profile = card(page, "Profile");
    for (const name of [names[0] ?? "", names[3] ?? "", link]) {
      await profile.getByRole("button", { name: "Edit: Name" }).click();
      await profile.getByRole("textbox", { name: /^Name/ }).fill(name);
      await profile.getByRole("button", { name: "Save" }).click();
      await expect(profile.getByRole("status")).toContainText(`Your name is now ${name}.`);
      expect(await profile.locator("bdi").allTextContents()).toContain(name);
      await wantText(page);
    }
  });

  await test.step("in sessions and activity", async () => {
    await page.reload();
    const sessions = card(page, "Sessions").getByRole("listitem");
    // The sessions that enrolled the methods, those of the user agents, and this one.
    await expect(sessions.filter({ hasText: "Firefox on Linux" })).toHaveCount(3);
    await expect(card(page, "Sessions").getByText(/script|onerror|javascript|evil/)).toHaveCount(0);
    const activity = card(page, "Activity");
    // While a page loads, the button is named "Working…".
    const more = activity.getByRole("button");
    await expect(activity.getByText(link).first()).toBeVisible();
    while (await more.isVisible()) {
      await more.click();
      await expect(more.filter({ hasText: "Working" })).toBeHidden();
    }
    for (const name of names) await expect(activity.getByText(name).first()).toBeVisible();
    for (const agent of agents.slice(0, 3))
      await expect(activity.getByTitle(agent, { exact: true }).first()).toHaveText("Firefox on Linux");
    const times = await activity
      .locator("time")
      .evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute("datetime") ?? "")));
    expect(times).toEqual([...times].sort((one, other) => other - one));
    expect(await page.title()).toBe("Account settings – Twofold");
    await wantText(page);
  });

  await test.step("in the result of a removal", async () => {
    const name = names[1] ?? "";
    await page.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Remove method" }).click();
    await dialog.getByLabel("Password", { exact: true }).fill(account.password);
    await dialog.getByLabel("6-digit code").fill(await server.nextCode(secrets[0] ?? ""));
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await confirmResult(page, "Method removed", name);
    await wantText(page);
  });
});
