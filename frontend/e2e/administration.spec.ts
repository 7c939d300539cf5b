// A user without phone and recovery codes: an administrator resets their MFA, and the user sees which administrator did it.
import { expect, mfaCard, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";

test("after an administrator's MFA reset, the user signs in with the password and sees the administrator", async ({
  page,
  server,
  account,
  browser,
}) => {
  const admin = await server.account();
  await server.promote(admin.email);
  await enrollByApi(server, account, "Pixel 11");

  await signIn(page, server, admin);
  await page.getByRole("link", { name: "Administration" }).click();
  await expect(page.getByText("MFA is off for your account")).toBeVisible();
  const secret = await enrollByApi(server, admin, "Work phone");
  await signIn(page, server, admin, secret);
  await page.getByRole("link", { name: "Administration" }).click();
  await page.getByLabel("Email address").fill(account.email.slice(0, 8).toUpperCase());
  await page.keyboard.press("Enter");
  const rows = page.getByRole("list", { name: "Accounts found" }).getByRole("listitem");
  await expect(rows).toHaveCount(1);
  await rows.getByRole("link", { name: account.email }).click();
  await expect(page.getByRole("heading", { name: account.email })).toBeVisible();
  const card = mfaCard(page);
  await expect(card.getByRole("listitem")).toContainText("Pixel 11");

  await card.getByRole("button", { name: "Reset MFA" }).click();
  const dialog = page.getByRole("dialog", { name: "Reset MFA?" });
  await dialog.getByLabel("Reason").fill("Ticket 4711: lost phone, came by with a passport");
  await page.keyboard.press("Enter");
  const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
  await proof.getByLabel("Password", { exact: true }).fill(admin.password);
  await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await proof.getByRole("button", { name: "Confirm" }).click();
  await confirmResult(page, "MFA reset", `MFA is off for ${account.email}`);
  await expect(card.getByText("Off", { exact: true })).toBeVisible();
  const activity = page.getByRole("region", { name: "Activity" });
  await expect(activity.getByRole("listitem").filter({ hasText: "by you" }).first()).toContainText(
    "Ticket 4711",
  );

  const theirs = await browser.newPage({ baseURL: server.url });
  await signIn(theirs, server, account);
  await expect(mfaCard(theirs).getByText("Off", { exact: true })).toBeVisible();
  const told = theirs
    .getByRole("region", { name: "Activity" })
    .getByRole("listitem")
    .filter({ hasText: "MFA removed by an administrator" });
  await expect(told).toContainText("Ticket 4711: lost phone, came by with a passport");
  await expect(theirs.getByText(admin.email)).toHaveCount(0);
  await theirs.close();
});
