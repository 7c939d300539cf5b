// The page while a browser or an extension translates it. The translation replaces every text node, also those that are added
// later, by <font> elements. Here it puts each text in brackets.
import { expect, qr, readQr, test } from "./fixtures";
import { wrongCode } from "./server";

test.beforeEach(({ page }) =>
  page.addInitScript(() => {
    // The brackets move the texts after them.
    window.ignoreShiftsUntil = Infinity;
    const translate = (text: Text) => {
      const parent = text.parentElement;
      if (!parent || parent.closest("font, script, style, [translate=no]") || !text.data.trim()) return;
      const outer = document.createElement("font");
      outer.appendChild(document.createElement("font")).textContent = `[${text.data.trim()}]`;
      text.replaceWith(outer);
    };
    new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const found = node instanceof Text ? [node] : [];
        while (texts.nextNode()) found.push(texts.currentNode as Text);
        found.forEach(translate);
      }
    }).observe(document, { childList: true, subtree: true });
  }),
);

test("a translated page shows each new text, and keeps codes, keys and addresses", async ({
  page,
  server,
  account,
}) => {
  await page.goto("/sign-in");
  const password = page.locator("input[name=password]");
  await page.locator("input[name=username]").fill(account.email);
  await password.fill("not the password at all");
  await page.getByRole("button", { name: "[Sign in]" }).click();
  const note = page.locator(".field").filter({ has: password }).locator(".field__note");
  await expect(note).toHaveText("[Wrong email or password. Try again.]");
  await password.fill("");
  await expect(note).toHaveText("");
  await page.getByRole("button", { name: "[Sign in]" }).click();
  await expect(note).toHaveText("[Enter your password.]");
  await password.fill(account.password);
  await page.getByRole("button", { name: "[Sign in]" }).click();
  const badge = page.locator(".badge").first();
  await expect(badge).toHaveText("[Off]");
  await expect(page.locator(".bar__who bdi")).toHaveText(account.email);

  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "[Register MFA Method]" }).click();
  await dialog.locator("input[name=password]").fill(account.password);
  await dialog.getByRole("button", { name: "[Continue]" }).click();
  const secret = await readQr(qr(page));
  await dialog.getByText("[Can’t scan?]").click();
  const groups = await dialog.locator(".key__value").innerText();
  expect(groups.replace(/\s/g, "")).toBe(secret);
  await dialog.getByRole("button", { name: "[Continue]" }).click();
  const code = dialog.locator("input[name=code]");
  const codeNote = dialog
    .locator(".field")
    .filter({ has: page.locator("input[name=code]") })
    .locator(".field__note");
  await dialog.getByRole("button", { name: "[Register]" }).click();
  await expect(codeNote).toHaveText("[Enter all six digits.]");
  await code.fill(await wrongCode(server, secret));
  await dialog.getByRole("button", { name: "[Register]" }).click();
  await expect(codeNote).toHaveText(/^\[Wrong code\. .* Four attempts left\.\]$/);
  await code.fill(await server.code(secret));
  await dialog.getByRole("button", { name: "[Register]" }).click();
  for (const recoveryCode of await dialog.locator(".recovery-codes__list li").allInnerTexts())
    expect(recoveryCode).toMatch(/^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}$/);
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "[Done]" }).click();
  await expect(badge).toHaveText("[On]");
});
