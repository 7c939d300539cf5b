// A user without phone and recovery codes: an administrator resets their MFA, and the user sees which administrator did it.
import { expect, mfaCard, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi, waitForMailedLink } from "./server";

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

test("an invited user sets the first password, and a new one after an administrator's reset", async ({
  page,
  server,
  browser,
}) => {
  const boss = await server.account();
  await server.promote(boss.email);
  const secret = await enrollByApi(server, boss, "Work phone");
  const confirm = async () => {
    const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
    await proof.getByLabel("Password", { exact: true }).fill(boss.password);
    await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
    await proof.getByRole("button", { name: "Confirm" }).click();
  };
  const invited = { email: "invited@example.com", password: "an otter counts nine lamps" };
  await signIn(page, server, boss, secret);
  await page.getByRole("link", { name: "Administration" }).click();
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.getByRole("dialog", { name: "Invite a user" }).getByLabel("Email").fill(invited.email);
  await page.keyboard.press("Enter");
  await confirm();
  await confirmResult(page, "Invitation sent", `We emailed ${invited.email} a link`);

  const theirs = await browser.newPage({ baseURL: server.url });
  const invitation = await waitForMailedLink(server, invited.email, "/set-password");
  await theirs.goto(invitation);
  await expect(theirs.getByRole("heading", { name: "Set your password" })).toBeVisible();
  expect(theirs.url()).toBe(`${server.url}/set-password`);
  await theirs.getByLabel("New password").fill(invited.password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  await signIn(theirs, server, invited);
  await theirs.goto(invitation);
  await theirs.getByLabel("New password").fill("a lamp counts nine otters");
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText(/^Invitations work once/)).toBeVisible();

  await page.getByLabel("Email address").fill(invited.email);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: invited.email }).click();
  await page.getByRole("button", { name: "Reset password" }).click();
  const dialog = page.getByRole("dialog", { name: "Reset the password?" });
  await dialog.getByLabel("Reason").fill("Ticket 4712: the password leaked");
  await page.keyboard.press("Enter");
  await confirm();
  await confirmResult(page, "Password reset", `We emailed ${invited.email} a link`);
  await theirs.goto(await waitForMailedLink(server, invited.email, "/reset-password"));
  const next = { ...invited, password: "a lamp counts nine otters" };
  await theirs.getByLabel("New password").fill(next.password);
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(theirs.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  await signIn(theirs, server, next);
  const activity = theirs.getByRole("region", { name: "Activity" });
  await expect(activity.getByText("Password removed by an administrator")).toBeVisible();
  await expect(activity.getByText("Reason: Ticket 4712: the password leaked")).toBeVisible();
  await theirs.close();
});
