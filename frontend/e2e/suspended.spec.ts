// An attacker replaced the phone: the user reports it from the notice, and has no code left.
import { expect, fillSignIn, mfaCard, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi, type Server } from "./server";

/** Returns the link to `path` in the newest mail with this subject. */
async function mailed(server: Server, to: string, subject: RegExp, path: string): Promise<string> {
  let link: string | undefined;
  await expect
    .poll(async () => {
      const mail = (await server.mails(to)).findLast((one) => subject.test(one.subject));
      link = mail?.links.find((url) => new URL(url).pathname === path);
      return link;
    })
    .toBeDefined();
  return link ?? "";
}

test("an account whose only method is suspended sees at sign-in whom to contact", async ({
  page,
  server,
  account,
}) => {
  const secrets = [await enrollByApi(server, account, "Pixel 11")];
  const theirs = await enrollByApi(server, account, "Stranger", secrets);
  await signIn(page, server, account, theirs);
  const card = mfaCard(page);
  const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
  const prove = async () => {
    await proof.getByLabel("Password", { exact: true }).fill(account.password);
    await proof.getByLabel("6-digit code").fill(await server.nextCode(theirs));
    await proof.getByRole("button", { name: "Confirm" }).click();
  };
  await card.getByRole("button", { name: "Remove Pixel 11" }).click();
  await page.getByRole("button", { name: "Remove method" }).click();
  await prove();
  await confirmResult(page, "Method removed", "“Pixel 11” was removed.");
  await card.getByRole("button", { name: "Generate new codes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Generate new codes" }).click();
  await prove();
  await page.getByLabel("I’ve saved these codes").check();
  await page.getByRole("button", { name: "Done" }).click();

  for (const subject of [/^A new authenticator app/, /^New recovery codes/]) {
    await page.goto("about:blank");
    await page.goto(await mailed(server, account.email, subject, "/not-me"));
    await page.getByRole("button", { name: "This was not me" }).click();
    await expect(page.getByRole("heading", { name: "Your account is secured" })).toBeFocused();
  }
  await page.goto("about:blank");
  await page.goto(await mailed(server, account.email, /needs a new password$/, "/reset-password"));
  const password = "an otter counts nine lamps";
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your new password is set.")).toBeVisible();

  await fillSignIn(page, { ...account, password });
  await expect(page.getByRole("heading", { name: "You can’t sign in with a code" })).toBeFocused();
  await expect(page.getByText("its authenticator app was reported as not yours and suspended")).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);

  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.getByLabel("E-Mail-Adresse").fill(account.email);
  await page.getByLabel("Passwort", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Anmelden" }).click();
  await expect(page.getByRole("heading", { name: "Anmeldung mit Code nicht möglich" })).toBeFocused();
  await expect(
    page.getByText("Die Authenticator-App wurde aber mit „Das war ich nicht“ gemeldet und gesperrt"),
  ).toBeVisible();
  // The reset that the report forced does not keep the user from the slow way back.
  await page.getByRole("button", { name: "Entfernen beantragen" }).click();
  await expect(page.getByRole("heading", { name: "Entfernen beantragt" })).toBeFocused();
});
