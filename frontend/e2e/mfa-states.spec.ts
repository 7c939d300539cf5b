// The states of recovery codes, of several methods, and of a removal of MFA.
import type { Page } from "@playwright/test";
import { alert, expect, fillSignIn, mfaCard, qr, readQr, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";
import { fulfillProblem, inEveryAppearance, respondOnce } from "./screenshots";

const removal = {
  requested_at: "2026-11-23T09:30:00Z",
  remaining_seconds: 190_000,
  stopped: false,
  ready: false,
};

/** Changes the server's response, for states that take days, an attacker or an operator to reach. */
const tell = (page: Page, change: object, path = "/mfa", times = 1) =>
  page.route(
    `**/api/v1${path}`,
    async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), ...change } });
    },
    times === Infinity ? {} : { times },
  );

const json = (status: number, body?: object) => ({
  status,
  contentType: "application/json",
  ...(body && { body: JSON.stringify(body) }),
});

inEveryAppearance((shooter) => {
  test("recovery codes and several methods in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    const secret = await enrollByApi(server, account, "Pixel 11");
    await signIn(page, server, account, secret);
    const card = mfaCard(page);
    await shot("codes-ten");

    await card.getByRole("button", { name: "Generate new codes" }).click();
    const question = page.getByRole("dialog", { name: "Generate new recovery codes?" });
    await expect(question).toBeVisible();
    await shot("codes-generate");
    await question.getByRole("button", { name: "Generate new codes" }).click();
    const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
    await proof.getByLabel("Password", { exact: true }).fill(account.password);
    await proof.getByRole("button", { name: "Use a recovery code instead" }).click();
    await shot("step-up-recovery");
    await proof.getByLabel("Recovery code", { exact: true }).fill("0A1B-2C3D-4E5F-6G7H");
    await proof.getByRole("button", { name: "Confirm" }).click();
    await expect(alert(proof)).toContainText("Wrong recovery code");
    await shot("step-up-recovery-rejected");
    await proof.getByRole("button", { name: "Use your authenticator app instead" }).click();
    await proof.getByLabel("6-digit code").fill(await server.nextCode(secret));
    await proof.getByRole("button", { name: "Confirm" }).click();
    const shown = page.getByRole("dialog", { name: "Your new recovery codes" });
    await expect(shown.getByLabel("I’ve saved these codes")).toBeVisible();
    await shot("codes-shown");
    await shown.getByLabel("I’ve saved these codes").check();
    await shown.getByRole("button", { name: "Done" }).click();
    await expect(shown).toBeHidden();

    await card.getByRole("button", { name: "Rename Pixel 11" }).click();
    await expect(card.getByLabel("New name")).toBeFocused();
    await shot("rename");
    await respondOnce(page, "/mfa/methods/*", (route) => fulfillProblem(route, 409, { code: "name_taken" }));
    await page.keyboard.type("Tablet");
    await page.keyboard.press("Enter");
    await expect(alert(card)).toContainText("You already have a method with this name");
    await shot("rename-taken");
    await page.keyboard.press("Escape");

    const { methods } = (await (await page.request.get("/api/v1/mfa")).json()) as { methods: object[] };
    const other = { ...methods[0], id: "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f" };
    await tell(page, {
      methods: [methods[0], { ...other, name: "iPad in the kitchen drawer", suspended: true }],
      recovery_codes: { remaining: 3, total: 10, generated_at: removal.requested_at },
    });
    await page.reload();
    await expect(card.getByText("Suspended")).toBeVisible();
    await shot("methods-suspended");
    await card.getByRole("button", { name: "Remove Pixel 11" }).click();
    await expect(page.getByRole("dialog")).toContainText("you need a recovery code to sign in");
    await shot("remove-only-suspended");
    await page.keyboard.press("Escape");
    await tell(page, { recovery_codes: { remaining: 0, total: 10, generated_at: removal.requested_at } });
    await page.reload();
    await expect(card.getByText("No codes left.")).toBeVisible();
    await shot("codes-gone");
    await tell(page, { recovery_codes: null });
    await page.reload();
    await expect(card.getByText("None yet")).toBeVisible();
    await shot("codes-none");
  });

  test("moving to a new phone in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    const secret = await enrollByApi(server, account, "Pixel 11");
    await signIn(page, server, account, secret);
    const card = mfaCard(page);
    const move = card.getByRole("button", { name: "Replace Pixel 11" });
    await move.click();
    const dialog = page.getByRole("dialog", { name: "Replace authenticator app" });
    await expect(dialog.getByLabel("6-digit code")).toBeVisible();
    await shot("replace");
    const begin = async () => {
      await dialog.getByLabel("Password", { exact: true }).fill(account.password);
      await dialog.getByLabel("6-digit code").fill(await server.nextCode(secret));
      await dialog.getByRole("button", { name: "Continue" }).click();
      await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
    };
    await begin();
    await page.reload();
    await expect(card.getByText("Replacement not finished")).toBeVisible();
    await shot("replace-pending");
    await card.getByRole("button", { name: "Start again" }).click();
    await begin();
    const fresh = await readQr(qr(page));
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByLabel("6-digit code").fill(await server.code(fresh));
    await dialog.getByRole("button", { name: "Register" }).click();
    await expect(dialog.getByRole("heading", { name: "Authenticator app replaced" })).toBeVisible();
    await shot("replaced");
  });

  test("enrollment steps whose file does not load", async ({ page, server, account }) => {
    const shot = shooter(page);
    await page.route("**/assets/EnrollSteps-*.js", (route) => route.abort());
    await signIn(page, server, account);
    await page.getByRole("button", { name: "Register MFA Method" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Password", { exact: true }).fill(account.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(alert(dialog)).toContainText("couldn’t be loaded");
    await shot("part-failed");
    await page.unroute("**/assets/EnrollSteps-*.js");
    await dialog.getByRole("button", { name: "Try again" }).click();
    await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  });

  test("a removal of MFA, requested at sign-in and shown on the account page", async ({
    page,
    server,
    account,
  }) => {
    const shot = shooter(page);
    const secret = await enrollByApi(server, account, "Pixel 11");
    const toLost = async () => {
      await page.goto("/sign-in");
      await fillSignIn(page, account);
      await page.getByRole("button", { name: "Lost your phone and codes?" }).click();
      await expect(page.getByRole("button", { name: "Request removal" })).toBeVisible();
    };
    await page.goto("/sign-in");
    await fillSignIn(page, account);
    await page.getByRole("button", { name: "Use a recovery code instead" }).click();
    await shot("recovery-code");
    await page.getByRole("button", { name: "Verify" }).click();
    await expect(alert(page)).toContainText("16 letters and digits");
    await shot("recovery-code-missing");

    await tell(page, { mfa_removal: false, support: "it-help@example.com" }, "/service");
    await page.getByRole("button", { name: "Lost your phone and codes?" }).click();
    await expect(page.getByText("it-help@example.com")).toBeVisible();
    await shot("lost-off");
    await tell(page, { mfa_removal: true, support: "it-help@example.com" }, "/service", Infinity);
    await toLost();
    await shot("lost");
    await respondOnce(page, "/mfa/removal", (route) =>
      fulfillProblem(route, 409, { code: "removal_unavailable", reason: "paused" }),
    );
    await page.getByRole("button", { name: "Request removal" }).click();
    await expect(alert(page)).toContainText("was cancelled recently");
    await shot("lost-unavailable");
    await toLost();
    await respondOnce(page, "/mfa/removal", (route) =>
      route.fulfill(json(202, { ...removal, stopped: true })),
    );
    await page.getByRole("button", { name: "Request removal" }).click();
    await expect(page.getByText("2 days and 5 hours")).toBeVisible();
    await shot("lost-announced");
    await page.getByRole("button", { name: "Cancel removal" }).click();
    await expect(page.getByLabel("6-digit code")).toBeFocused();
    await shot("lost-cancel");
    await respondOnce(page, "/mfa/removal/cancel-by-code", (route) =>
      fulfillProblem(route, 429, { code: "too_many_attempts" }),
    );
    await page.getByLabel("6-digit code").fill("123456");
    await page.getByRole("button", { name: "Cancel removal" }).click();
    await expect(alert(page)).toContainText("Use the link in one of the emails");
    await shot("lost-cancel-spent");
    await respondOnce(page, "/mfa/removal/cancel-by-code", (route) => route.fulfill(json(204)));
    await page.getByRole("button", { name: "Cancel removal" }).click();
    await expect(page.getByRole("heading", { name: "Removal cancelled" })).toBeFocused();
    await shot("lost-cancelled");

    for (const offered of [true, false]) {
      await tell(page, { mfa_removal: offered, support: "it-help@example.com" }, "/service", Infinity);
      await respondOnce(page, "/sessions", (route) =>
        route.fulfill(json(202, { state: "second_factor_required", methods: [], expires_at: "" })),
      );
      await page.goto("/sign-in");
      await fillSignIn(page, account);
      await expect(page.getByRole("heading", { name: "You can’t sign in with a code" })).toBeFocused();
      await shot(offered ? "no-proof" : "no-proof-off");
    }

    await signIn(page, server, account, secret);
    await tell(page, { removal });
    await page.reload();
    const cancel = page.getByRole("button", { name: "Cancel removal" });
    await expect(cancel).toBeVisible();
    await shot("removal-banner");
    await respondOnce(page, "/mfa/removal", (route) =>
      route.fulfill(json(200, { sessions_ended: 0, notices_sent: 1, recovery_codes_left: 10 })),
    );
    await cancel.click();
    await expect(page.getByText("For 30 days, it can’t be requested again")).toBeVisible();
    await shot("removal-banner-cancelled");
  });
});
