// Every state of the session, password, profile and activity cards, and of the pages for users who are not signed in.
import { alert, expect, confirmResult, signIn, test } from "./fixtures";
import { fulfillProblem, inEveryAppearance, respondOnce } from "./screenshots";

const noMail = {
  name: "Twofold",
  mail: false,
  mfa_removal: false,
  support: "IT help desk, it-help@example.com",
  languages: ["en", "de"],
  password: { min_length: 15, max_length: 128 },
};

inEveryAppearance((shooter) => {
  test("the session, password, profile and activity cards in every state", async ({
    page,
    server,
    account,
  }) => {
    const shot = shooter(page);
    for (const agent of ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "x"])
      await fetch(`${server.url}/api/v1/sessions`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "User-Agent": agent },
        body: JSON.stringify({ ...account, deliver: "token" }),
      });
    await signIn(page, server, account);
    const card = (name: string) => page.getByRole("region", { name, exact: true });
    const sessions = card("Sessions");
    const everywhere = sessions.getByRole("button", { name: "Sign out everywhere else" });
    await everywhere.click();
    await shot("sessions-ask");
    await respondOnce(page, "/sessions/end-others", (route) =>
      fulfillProblem(route, 503, { code: "unavailable" }),
    );
    await everywhere.click();
    await expect(alert(sessions)).toContainText("The service can’t respond");
    await shot("sessions-refused");
    await everywhere.click();
    await expect(sessions.getByRole("status")).toContainText("Two other sessions were signed out.");
    await shot("sessions-ended");

    await page.getByRole("button", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog", { name: "Change password" });
    await dialog.getByLabel("Password", { exact: true }).fill(account.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    const field = dialog.getByLabel("New password");
    await expect(field).toBeFocused();
    await shot("password");
    await field.fill("short");
    await dialog.getByRole("button", { name: "Change password" }).click();
    await expect(alert(dialog)).toContainText("too short");
    await shot("password-refused");
    await field.fill("an otter counts nine lamps");
    await shot("password-good");
    await dialog.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password has been changed.")).toBeFocused();
    await shot("password-changed");
    await confirmResult(page, "Password changed", "Your password has been changed.");

    const profile = card("Profile");
    await profile.getByRole("button", { name: "Edit: Name" }).click();
    await shot("profile-name");
    await profile.getByRole("button", { name: "Cancel" }).click();
    await profile.getByRole("button", { name: "Change email address" }).click();
    await page.getByRole("button", { name: "Send link" }).click();
    await expect(alert(page)).toHaveText("Enter an email address.");
    await shot("profile-email");
    await page.getByLabel("New email address").fill("ada@new.example");
    await page.getByRole("button", { name: "Send link" }).click();
    const asked = page.getByRole("dialog", { name: "Confirm that it’s you" });
    await asked.getByLabel("Password", { exact: true }).fill("an otter counts nine lamps");
    await asked.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByText("We sent a link to ada@new.example.")).toBeFocused();
    await shot("profile-email-sent");
    await confirmResult(page, "Check your email", "We sent a link");
    await expect(profile.getByText("Until then, you sign in with the address above.")).toBeVisible();
    await shot("profile-email-pending");
    await card("Activity").scrollIntoViewIfNeeded();
    await shot("activity");
    await respondOnce(page, "/service", (route) => route.fulfill({ json: noMail }));
    await page.reload();
    await expect(profile.getByText("This service doesn’t send emails")).toBeVisible();
    await profile.scrollIntoViewIfNeeded();
    await shot("profile-no-mail");
  });

  test("the pages of a forgotten password and of mailed links in every state", async ({ page }) => {
    const shot = shooter(page);
    await page.goto("/forgot-password");
    await expect(page.getByLabel("Email")).toBeFocused();
    await shot("forgot");
    await page.getByLabel("Email", { exact: true }).fill("nobody@example.com");
    await page.getByRole("button", { name: "Send link" }).click();
    await expect(page.getByRole("heading", { name: "Check your email" })).toBeFocused();
    await shot("forgot-sent");
    await respondOnce(page, "/service", (route) => route.fulfill({ json: noMail }));
    await page.reload();
    await expect(page.getByText("IT help desk")).toBeVisible();
    await shot("forgot-no-mail");

    for (const [path, button, done] of [
      ["not-me", "This was not me", { sessions_ended: 2, method: "suspended", password_reset: false }],
      ["complete-removal", "Remove MFA", { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 0 }],
      ["confirm-address", "Confirm address", { kind: "email", email: "ada@new.example" }],
      ["cancel-removal", "Keep MFA on", undefined],
    ] as const) {
      await page.goto("about:blank");
      await page.goto(`/${path}#tf_l_x`);
      await expect(page.getByRole("button", { name: button })).toBeVisible();
      await shot(path);
      await page.route(
        /\/api\/v1\/.*(not-me|removal|address-confirmations)/,
        (route) =>
          done ? route.fulfill({ json: done }) : fulfillProblem(route, 410, { code: "link_expired" }),
        { times: 1 },
      );
      await page.getByRole("button", { name: button }).click();
      await expect(page.getByRole("button", { name: button })).toBeHidden();
      await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
      await shot(`${path}-done`);
    }

    await page.goto("about:blank");
    await page.goto("/reset-password#tf_l_x");
    await expect(page.getByLabel("New password")).toBeFocused();
    await shot("reset");
    await page.route(/\/assets\/ForgotPasswordPage/, (route) => route.abort());
    await page.goto("/forgot-password");
    await expect(alert(page)).toContainText("couldn’t be loaded");
    await shot("part-failed");
  });
});
