// Every state of the administration pages, and of required MFA.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { alert, expect, fillSignIn, mfaCard, confirmResult, signIn, test } from "./fixtures";
import { enrollByApi } from "./server";
import { fulfillProblem, inEveryAppearance, respondOnce } from "./screenshots";

const id = "01980f5a-0000-7000-8000-000000000001";
const admin = "01980f5a-0000-7000-8000-000000000002";
const hour = 3_600_000;
const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 0 };

const accounts = [
  { email: "ada@example.com", display_name: "Ada Lovelace", mfa: true },
  { email: "annegret.schmidt-rottenburg@very-long-name.example.com", display_name: "", disabled: true },
  { email: "grace@example.com", display_name: "Grace Hopper", mfa: true, role: "admin" },
].map((account, index) => ({
  id: index === 0 ? id : `${id.slice(0, -1)}${index + 3}`,
  disabled: false,
  mfa: false,
  created_at: "2026-11-20T08:00:00Z",
  ...account,
}));

const state = () => ({
  id,
  email: "ada@example.com",
  display_name: "Ada Lovelace",
  language: "en",
  created_at: "2026-11-20T08:00:00Z",
  password_changed_at: "2026-11-20T08:00:00Z",
  has_password: true,
  last_sign_in_at: at(-3),
  mfa_enabled: true,
  methods: [
    {
      id: "m1",
      type: "totp",
      name: "Pixel 11",
      suspended: false,
      created_at: "2026-11-20T09:32:00Z",
      last_used_at: at(-3),
    },
  ],
  recovery_codes: { remaining: 9, total: 10, generated_at: "2026-11-20T09:32:00Z" },
  sessions: [
    {
      id: "s1",
      acr: "aal2",
      amr: ["pwd", "otp", "mfa"],
      auth_time: at(-3),
      created_at: at(-3),
      last_used_at: at(-1),
      expires_at: at(1),
      current: false,
      ip: "192.0.2.7",
      device: { browser: "Firefox", system: "Linux" },
    },
  ],
  held_proofs: [] as object[],
});

/** The example in the contract. */
const [, png] =
  /qr_png: (\S+)/.exec(readFileSync(new URL("../../openapi.yaml", import.meta.url), "utf8")) ?? [];
const enrollment = {
  id: "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f",
  secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
  otpauth_uri: "otpauth://totp/Twofold:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
  qr_png: png,
  algorithm: "SHA1",
  digits: 6,
  period: 30,
  expires_at: "2026-11-23T09:41:00Z",
};

const happened = [
  { kind: "account.mfa_reset", reason: "Ticket 4711: lost phone, came by with a passport", by: admin },
  { kind: "session.ended", reason: "Ticket 4710: laptop left on the train", by: "own" },
  { kind: "sign_in.succeeded" },
].map(({ by, ...item }, index) => ({
  id: `a${index}`,
  time: at(-index - 1),
  ip: "192.0.2.9",
  user_agent: "Mozilla/5.0",
  device: { browser: "Firefox", system: "Linux" },
  ...item,
  ...(by && { by: "administrator", administrator_id: by }),
}));

/** Makes the page see an administrator: the responses for the role, the accounts and their activity are the test's own. */
async function asAdministrator(page: Page, more: object = {}) {
  let own = "";
  await page.route("**/api/v1/account", async (route) => {
    const response = await route.fetch();
    const account = (await response.json()) as { id: string };
    own = account.id;
    await route.fulfill({ response, json: { ...account, role: "admin" } });
  });
  await page.route(/\/api\/v1\/admin\/accounts\?/, (route) => {
    const start = new URL(route.request().url()).searchParams.get("email") ?? "";
    const items = accounts.filter(({ email }) => email.startsWith(start));
    return route.fulfill({ json: { items, ...(start === "" && { next_cursor: "c" }) } });
  });
  await page.route(`**/api/v1/admin/accounts/*`, (route) => route.fulfill({ json: { ...state(), ...more } }));
  await page.route("**/api/v1/admin/accounts/*/activity?*", (route) =>
    route.fulfill({
      json: {
        items: happened.map((item) =>
          "administrator_id" in item && item.administrator_id === "own"
            ? { ...item, administrator_id: own }
            : item,
        ),
      },
    }),
  );
  return () => own;
}

inEveryAppearance((shooter) => {
  test("the administration in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    const own = await asAdministrator(page);
    await signIn(page, server, account);
    const way = page.getByRole("link", { name: "Administration" });
    await expect(way).toBeVisible();
    await shot("account-administrator");

    await respondOnce(page, "/admin/accounts?*", (route) =>
      fulfillProblem(route, 409, { code: "mfa_required" }),
    );
    await way.click();
    await expect(page.getByText("MFA is off for your account")).toBeVisible();
    await shot("administration-barred");

    await page.goto("/settings/administration");
    const rows = page.getByRole("list", { name: "Accounts found" }).getByRole("listitem");
    await expect(rows).toHaveCount(3);
    await shot("administration");
    await page.getByLabel("Email address").fill("zoe");
    await page.getByRole("button", { name: "Find" }).click();
    await expect(page.getByText("No address starts with “zoe”")).toBeVisible();
    await shot("administration-none");
    await page.getByLabel("Email address").fill("ad");
    await page.keyboard.press("Enter");
    await expect(rows).toHaveCount(1);

    await rows.getByRole("link").click();
    await expect(page.getByRole("heading", { name: "ada@example.com" })).toBeVisible();
    await expect(page.getByText("MFA removed by an administrator")).toBeVisible();
    await shot("administered");
    await page.getByText("by this administrator").scrollIntoViewIfNeeded();
    await shot("administered-activity");

    await page.getByRole("button", { name: "Reset MFA" }).click();
    const dialog = page.getByRole("dialog", { name: "Reset MFA?" });
    await expect(dialog.getByLabel("Reason")).toBeFocused();
    await shot("reset-mfa");
    await dialog.getByRole("button", { name: "Reset MFA" }).click();
    await expect(alert(dialog)).toContainText("Enter a reason");
    await shot("reset-mfa-reason");
    await dialog.getByLabel("Reason").fill("Ticket 4711: lost phone, came by with a passport");
    await respondOnce(page, "/admin/accounts/*/reset-mfa", (route) =>
      fulfillProblem(route, 409, { code: "own_account" }),
    );
    await page.keyboard.press("Enter");
    await expect(alert(dialog)).toContainText("This is your own account");
    await shot("reset-mfa-refused");
    await respondOnce(page, "/admin/accounts/*/reset-mfa", (route) =>
      fulfillProblem(route, 401, {
        code: "step_up_required",
        step_up: {
          purpose: "admin.account",
          target: id,
          acr: "aal2",
          max_age: 300,
          methods: ["password", "totp", "recovery_code"],
        },
      }),
    );
    await page.keyboard.press("Enter");
    const proof = page.getByRole("dialog", { name: "Confirm that it’s you" });
    await expect(proof.getByText("This changes another user’s account")).toBeVisible();
    await shot("reset-mfa-step-up");
    await page.keyboard.press("Escape");
    await expect(proof).toBeHidden();
    await respondOnce(page, "/admin/accounts/*/reset-mfa", (route) => route.fulfill({ json: receipt }));
    await dialog.getByRole("button", { name: "Reset MFA" }).click();
    await expect(page.getByText("Two sessions ended. We emailed them a notice.")).toBeVisible();
    await shot("reset-mfa-done");
    await confirmResult(page, "MFA reset", "MFA is off for ada@example.com");

    await page.goBack();
    await expect(page.getByLabel("Email address")).toHaveValue("ad");

    await page.goto(`/settings/administration/${own()}`);
    await expect(page.getByRole("heading", { name: "ada@example.com" })).toBeVisible();
    await respondOnce(page, "/admin/accounts/*", (route) =>
      fulfillProblem(route, 404, { code: "not_found" }),
    );
    await page.goto(`/settings/administration/${admin}`);
    await expect(page.getByRole("heading", { name: "Account not found" })).toBeVisible();
    await shot("administered-gone");
    await respondOnce(page, "/admin/accounts/*", (route) => fulfillProblem(route, 500, { code: "internal" }));
    await page.reload();
    await expect(page.getByText("We couldn’t load this account")).toBeVisible();
    await shot("administered-failed");
  });

  test("a disabled account with credentials in backoff and a removal, and one’s own account", async ({
    page,
    server,
    account,
  }) => {
    const shot = shooter(page);
    const own = await asAdministrator(page, {
      disabled_at: at(-1),
      display_name: "",
      has_password: false,
      methods: [{ ...state().methods[0], suspended: true }],
      sessions: [],
      held_proofs: [{ proof: "password", until: at(1) }, { proof: "totp" }],
      removal: { requested_at: at(-5), remaining_seconds: 190_000, stopped: false, ready: false },
    });
    await signIn(page, server, account);
    await page.goto(`/settings/administration/${id}`);
    await expect(page.getByText("Too many failed attempts")).toBeVisible();
    await shot("administered-disabled");
    await page.getByRole("button", { name: "Enable account" }).click();
    await shot("enable");
    await page.goto(`/settings/administration/${own()}`);
    await expect(page.getByText("This is your own account")).toBeVisible();
    await shot("administered-own");
  });

  test("the administration is not available to other accounts", async ({ page, server, account }) => {
    await signIn(page, server, account);
    await expect(page.getByRole("link", { name: "Administration" })).toHaveCount(0);
    await page.goto("/settings/administration");
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  });

  test("required MFA in every state", async ({ page, server, account }) => {
    const shot = shooter(page);
    const policy = (required: boolean) =>
      page.route("**/api/v1/mfa", async (route) => {
        const response = await route.fetch();
        const mfa = (await response.json()) as object;
        await route.fulfill({
          response,
          json: { ...mfa, policy: { max_methods: 5, required, required_from: "2027-03-01T00:00:00Z" } },
        });
      });
    await policy(false);
    await signIn(page, server, account);
    await expect(page.getByText("From 1 Mar 2027, you need an authenticator app")).toBeVisible();
    await shot("required-soon");
    await page.getByRole("button", { name: "Register now" }).click();
    await expect(page.getByRole("dialog", { name: "Register MFA Method" })).toBeVisible();

    await page.unroute("**/api/v1/mfa");
    await policy(true);
    await page.reload();
    await expect(page.getByText("Register an authenticator app to continue")).toBeVisible();
    await expect(page.getByRole("region", { name: "Password" })).toHaveCount(0);
    await shot("required-now");

    const secret = await enrollByApi(server, account, "Pixel 11");
    await signIn(page, server, account, secret);
    await mfaCard(page).getByRole("button", { name: "Remove Pixel 11" }).click();
    await expect(page.getByRole("dialog", { name: "“Pixel 11” can’t be removed" })).toBeVisible();
    await shot("required-stays");
  });

  test("enrollment at sign-in in every state", async ({ page, account }) => {
    const shot = shooter(page);
    await respondOnce(page, "/sessions", (route) =>
      route.fulfill({ status: 202, json: { state: "enrollment_required", expires_at: at(1) } }),
    );
    await page.goto("/sign-in");
    await fillSignIn(page, account);
    await expect(page.getByRole("heading", { name: "Register an authenticator app" })).toBeFocused();
    await shot("sign-in-enroll");
    await respondOnce(page, "/sessions/enrollment", (route) =>
      fulfillProblem(route, 503, { code: "unavailable" }),
    );
    await page.getByRole("button", { name: "Register MFA Method" }).click();
    await expect(alert(page)).toContainText("The service can’t respond");
    await shot("sign-in-enroll-refused");

    await respondOnce(page, "/sessions/enrollment", (route) =>
      route.fulfill({ status: 201, json: enrollment }),
    );
    await page.getByRole("button", { name: "Register MFA Method" }).click();
    const dialog = page.getByRole("dialog", { name: "Register MFA Method" });
    await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
    await shot("sign-in-enroll-scan");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByLabel("6-digit code")).toBeFocused();
    await shot("sign-in-enroll-verify");
    await dialog.getByLabel("6-digit code").fill("492039");
    await respondOnce(page, "/sessions/enrollment-confirmation", (route) =>
      fulfillProblem(route, 410, { code: "enrollment_expired" }),
    );
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("heading", { name: "This registration has ended" })).toBeFocused();
    await shot("sign-in-enroll-over");
    await respondOnce(page, "/sessions/enrollment", (route) =>
      fulfillProblem(route, 410, { code: "sign_in_expired" }),
    );
    await dialog.getByRole("button", { name: "Start again" }).click();
    await expect(alert(page)).toContainText("That took too long");
    await shot("sign-in-enroll-expired");
  });
});
