import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { makeQueryClient } from "../../api/queries";
import { AccountList } from "./AccountList";
import { AccountView } from "./AccountView";

const time = "2026-11-03T10:00:00Z";
const id = "01980f5a-0000-7000-8000-000000000001";
const admin = "01980f5a-0000-7000-8000-000000000002";
const ada = {
  id,
  email: "ada@example.com",
  display_name: "Ada",
  language: "en",
  created_at: time,
  password_changed_at: time,
  has_password: true,
  mfa_enabled: true,
  methods: [
    { id: "m1", type: "totp", name: "Pixel 11", suspended: false, created_at: time, last_used_at: time },
  ],
  recovery_codes: { remaining: 9, total: 10, generated_at: time },
  sessions: [],
  held_proofs: [{ proof: "totp", until: time }, { proof: "password" }],
};
const found = (email: string, more: object = {}) => ({
  id: email,
  email,
  display_name: "",
  disabled: false,
  mfa: false,
  created_at: time,
  ...more,
});
const receipt = { sessions_ended: 2, notices_sent: 1, recovery_codes_left: 0 };
const challenge = {
  purpose: "admin.account",
  target: id,
  acr: "aal2",
  max_age: 300,
  methods: ["password", "totp"],
};

type Reply = [status: number, body: object];
const problem = (status: number, code: string, more = {}): Reply => [status, { status, code, ...more }];

/** Renders a part of the administration page with the given responses. A step-up succeeds at once. */
function show(part: "list" | "account", replies: Record<string, Reply | Reply[]>, ownId = admin) {
  const sent: { line: string; body: unknown; token: string | null }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const url = new URL(request.url);
    const line = `${request.method} ${url.pathname.replace("/api/v1", "")}${url.search}`;
    const text = await request.text();
    if (request.method !== "GET" || part === "list")
      sent.push({
        line,
        body: text === "" ? undefined : JSON.parse(text),
        token: request.headers.get("Step-Up-Token"),
      });
    const reply = replies[line] ?? problem(404, "not_found");
    const [status, body] = Array.isArray(reply[0]) ? ((reply as Reply[]).shift() as Reply) : (reply as Reply);
    return new Response(JSON.stringify(body), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
    });
  });
  const promptStepUp = vi.fn(() => Promise.resolve("token"));
  render(
    <QueryClientProvider client={makeQueryClient()}>
      {part === "list" ? (
        <AccountList promptStepUp={promptStepUp} />
      ) : (
        <AccountView id={id} ownId={ownId} promptStepUp={promptStepUp} />
      )}
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), sent, promptStepUp };
}

const press = async (user: ReturnType<typeof userEvent.setup>, name: string, inside?: HTMLElement) =>
  user.click(await (inside ? within(inside) : screen).findByRole("button", { name }));

const first = "GET /admin/accounts?limit=20";
const account = `GET /admin/accounts/${id}`;
const happened = `${account}/activity?limit=5`;
const invite = "POST /admin/accounts";
const reset = `POST /admin/accounts/${id}/reset-mfa`;

describe("the list", () => {
  it("lists accounts with role and status, page by page", async () => {
    const { user, sent } = show("list", {
      [first]: [200, { items: [found("a@x", { mfa: true, role: "admin" })], next_cursor: "c" }],
      [`${first}&cursor=c`]: [200, { items: [found("b@x", { disabled: true })] }],
    });
    expect((await screen.findByRole("listitem")).textContent).toMatch(/a@x.*Administrator.*MFA on/);
    await press(user, "Show more");
    const rows = await screen.findAllByRole("listitem");
    expect(rows[1]?.textContent).toMatch(/b@x.*Disabled.*MFA off/);
    expect(
      within(rows[1] as HTMLElement)
        .getByRole("link")
        .getAttribute("href"),
    ).toBe("/settings/administration/b@x");
    expect(sent.filter(({ line }) => line.startsWith(first))).toHaveLength(2);
  });

  it("searches by the beginning of the address, and reports no match", async () => {
    const { user } = show("list", {
      [first]: [200, { items: [found("a@x")] }],
      [`${first}&email=zoe`]: [200, { items: [] }],
    });
    await user.type(await screen.findByLabelText("Email address"), " zoe{Enter}");
    expect(await screen.findByText(/^No address starts with “zoe”/)).toBeTruthy();
    expect(screen.queryByRole("listitem")).toBeNull();
    history.replaceState(null, "");
  });

  it("invites a user, after a step-up, and keeps a rejected address", async () => {
    const { user, sent, promptStepUp } = show("list", {
      [first]: [200, { items: [] }],
      [invite]: [
        problem(401, "step_up_required", { step_up: { ...challenge, purpose: "admin.invite" } }),
        problem(409, "email_taken"),
        [201, { id, email: "eve@example.com", expires_at: time }],
      ],
    });
    await press(user, "Invite user");
    const dialog = await screen.findByRole("dialog", { name: "Invite a user" });
    const field = within(dialog).getByLabelText<HTMLInputElement>("Email");
    await user.type(field, "eve{Enter}");
    expect(within(dialog).getByText(/^Enter a complete email address/)).toBeTruthy();
    await user.clear(field);
    await user.type(field, "ada@example.com{Enter}");
    expect(await within(dialog).findByText("This address already has an account.")).toBeTruthy();
    expect(field.value).toBe("ada@example.com");
    await user.clear(field);
    await user.type(field, "eve@example.com{Enter}");
    await waitFor(() => expect(document.body.textContent).toMatch(/We emailed eve@example.com a link/));
    expect(promptStepUp).toHaveBeenCalledOnce();
    const last = sent.filter(({ line }) => line === invite).at(-1);
    expect(last?.body).toEqual({ email: "eve@example.com", language: "en" });
  });

  for (const [enabled, said] of [
    [false, /MFA is off for your account/],
    [true, /sign in again with a code/],
  ] as const)
    it(`asks an administrator without a second factor to sign in with one (MFA ${enabled ? "on" : "off"})`, async () => {
      show("list", {
        [first]: problem(409, "mfa_required"),
        "GET /mfa": [200, { enabled, methods: [], policy: { max_methods: 5, required: false } }],
      });
      expect(await screen.findByText(said)).toBeTruthy();
      expect(screen.queryByRole("link") === null).toBe(enabled);
    });
});

describe("one account", () => {
  const replies = (more: Record<string, Reply | Reply[]> = {}) => ({
    [account]: [200, ada] as Reply,
    [happened]: [200, { items: [] }] as Reply,
    ...more,
  });

  it("shows its status and the credentials in backoff", async () => {
    show("account", replies());
    expect(await screen.findByText("Pixel 11")).toBeTruthy();
    expect(screen.getByText("9 of 10 left")).toBeTruthy();
    expect(screen.getByText(/^Authenticator app codes: locked until/)).toBeTruthy();
    expect(screen.getByText(/^Password: locked. Waiting/)).toBeTruthy();
  });

  it("resets MFA with a reason and a step-up for this account, and shows the result", async () => {
    const { user, sent, promptStepUp } = show(
      "account",
      replies({ [reset]: [problem(401, "step_up_required", { step_up: challenge }), [200, receipt]] }),
    );
    await press(user, "Reset MFA");
    const dialog = await screen.findByRole("dialog", { name: "Reset MFA?" });
    await press(user, "Reset MFA", dialog);
    expect(within(dialog).getByText(/^Enter a reason/)).toBeTruthy();
    expect(sent).toEqual([]);
    await user.type(within(dialog).getByLabelText("Reason"), " Ticket 4711 ");
    await press(user, "Reset MFA", dialog);
    expect(await screen.findByText("Two sessions ended. We emailed them a notice.")).toBeTruthy();
    const body = { reason: "Ticket 4711" };
    expect(sent).toEqual([
      { line: reset, body, token: null },
      { line: reset, body, token: "token" },
    ]);
    expect(promptStepUp).toHaveBeenCalledWith(challenge);
  });

  it("keeps the reason if the server rejects the request", async () => {
    const disable = `POST /admin/accounts/${id}/disable`;
    const { user } = show("account", replies({ [disable]: problem(409, "last_administrator") }));
    await press(user, "Disable account");
    const dialog = await screen.findByRole("dialog");
    const field = within(dialog).getByLabelText<HTMLInputElement>("Reason");
    await user.type(field, "Ticket 4711{Enter}");
    expect(await within(dialog).findByText(/the last administrator/)).toBeTruthy();
    expect(field.value).toBe("Ticket 4711");
  });

  it("shows no actions for the own account", async () => {
    show("account", replies(), id);
    expect(await screen.findByText(/^This is your own account/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("enables a disabled account", async () => {
    show("account", replies({ [account]: [200, { ...ada, disabled_at: time }] }));
    expect(await screen.findByRole("button", { name: "Enable account" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Disable account" })).toBeNull();
  });

  it("names the administrator of each event", async () => {
    const item = {
      id: "1",
      time,
      kind: "account.mfa_reset",
      reason: "Ticket 4711",
      by: "administrator",
      ip: "",
      user_agent: "",
      device: {},
    };
    const items = [
      { ...item, administrator_id: admin },
      { ...item, id: "2", administrator_id: "other" },
    ];
    show("account", replies({ [happened]: [200, { items }] }));
    expect(await screen.findAllByText("MFA removed by an administrator")).toHaveLength(2);
    expect(screen.getByText("by you")).toBeTruthy();
    expect(screen.getByRole("link", { name: "by this administrator" }).getAttribute("href")).toBe(
      "/settings/administration/other",
    );
  });

  it("has its password reset, and keeps MFA", async () => {
    const resetPassword = `POST /admin/accounts/${id}/reset-password`;
    const { user, sent } = show("account", replies({ [resetPassword]: [200, receipt] }));
    await press(user, "Reset password");
    const dialog = await screen.findByRole("dialog", { name: "Reset the password?" });
    expect(within(dialog).getByText(/^MFA stays as it is/)).toBeTruthy();
    await user.type(within(dialog).getByLabelText("Reason"), "Ticket 4711{Enter}");
    await waitFor(() =>
      expect(document.body.textContent).toMatch(/We emailed ada@example.com a link to set a new one/),
    );
    expect(sent).toEqual([{ line: resetPassword, body: { reason: "Ticket 4711" }, token: null }]);
  });

  it("can’t have its password reset without mail", async () => {
    show("account", replies({ "GET /service": [200, { mail: false }] }));
    expect(await screen.findByText(/twofold account reset-password/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Reset password" })).toBeNull();
  });

  it("of an invited user gets a new invitation instead", async () => {
    const invited = { ...ada, has_password: false, password_changed_at: undefined };
    const { user, sent } = show(
      "account",
      replies({ [account]: [200, invited], [invite]: [201, { id, email: ada.email, expires_at: time }] }),
    );
    expect(await screen.findByText(/^Not set yet/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Reset password" })).toBeNull();
    await press(user, "Send new invitation");
    const dialog = await screen.findByRole("dialog", { name: "Invite a user" });
    await press(user, "Send invitation", dialog);
    await waitFor(() => expect(document.body.textContent).toMatch(/We emailed ada@example.com a link/));
    expect(sent).toEqual([{ line: invite, body: { email: ada.email, language: "en" }, token: null }]);
  });

  it("reports an unknown account", async () => {
    show("account", {});
    expect(await screen.findByText("Account not found")).toBeTruthy();
  });
});
