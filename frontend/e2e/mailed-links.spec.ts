// Mailed links as mail gateways and mail programs rewrite them.
import { expect, test } from "./fixtures";
import { waitForMailedLink } from "./server";

const rewritten = [
  (link: string) => link.replace("#", "%23"),
  (link: string) => link.replace("#", "/#"),
  (link: string) => link.replace("#", "/%2523"),
];

test("a rewritten link to reset the password works, and its token leaves the URL", async ({
  page,
  server,
  account,
}) => {
  for (const [index, rewrite] of rewritten.entries()) {
    await page.goto("/forgot-password");
    await page.getByLabel("Email", { exact: true }).fill(account.email);
    const before = (await server.mails(account.email)).length;
    await page.getByRole("button", { name: "Send link" }).click();
    await expect.poll(async () => (await server.mails(account.email)).length).toBeGreaterThan(before);
    const link = await waitForMailedLink(server, account.email, "/reset-password");
    await page.goto(rewrite(link));
    await page.getByLabel("New password").fill(`an otter counts ${index} lamps`);
    expect(page.url()).toBe(`${server.url}/reset-password`);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  }
});

test("the other mailed links can be rewritten too", async ({ page, server }) => {
  for (const [path, button] of [
    ["/confirm-address", "Confirm address"],
    ["/not-me", "This was not me"],
    ["/cancel-removal", "Keep MFA on"],
    ["/complete-removal", "Remove MFA"],
  ] as const)
    for (const rewrite of rewritten) {
      await page.goto("about:blank");
      await page.goto(rewrite(`${path}#tf_l_never_was_one`));
      await expect(page.getByRole("button", { name: button })).toBeVisible();
      expect(page.url()).toBe(server.url + path);
    }
});
