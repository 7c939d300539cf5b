import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Mfa } from "../../api/client";
import { makeQueryClient } from "../../api/queries";
import { Banners } from "./Banners";
import { SignInEnrollment } from "./SignInEnrollment";

const time = "2027-03-01T10:00:00Z";
const off: Mfa = {
  enabled: false,
  methods: [],
  recovery_codes: null,
  policy: { max_methods: 5, required: false, required_from: time },
};

type Reply = [status: number, body?: unknown];

function serve(replies: Record<string, Reply | Reply[]>) {
  const sent: { line: string; body: unknown }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const line = `${request.method} ${new URL(request.url).pathname.replace("/api/v1", "")}`;
    const text = await request.text();
    sent.push({ line, body: text === "" ? undefined : JSON.parse(text) });
    const reply = replies[line] ?? [404, { status: 404, code: "not_found" }];
    const [status, body] = Array.isArray(reply[0]) ? ((reply as Reply[]).shift() as Reply) : (reply as Reply);
    return new Response(JSON.stringify(body), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
    });
  });
  return sent;
}

describe("the banner", () => {
  const banner = (mfa: Mfa) => {
    serve({ "GET /mfa": [200, mfa] });
    const onRegister = vi.fn();
    render(
      <QueryClientProvider client={makeQueryClient()}>
        <Banners mfa={mfa} onRegister={onRegister} />
      </QueryClientProvider>,
    );
    return onRegister;
  };

  it("warns before the date, and opens the enrollment", async () => {
    const onRegister = banner(off);
    expect(screen.getByText(/^From 1 Mar|^From Mar 1/)).toBeTruthy();
    await userEvent.setup().click(screen.getByRole("button", { name: "Register now" }));
    expect(onRegister).toHaveBeenCalledOnce();
  });

  it("says that MFA is required now", () => {
    banner({ ...off, policy: { ...off.policy, required: true } });
    expect(screen.getByText("Register an authenticator app to continue")).toBeTruthy();
  });

  it("is not shown with MFA, or if MFA is not required", () => {
    banner({ ...off, enabled: true });
    banner({ ...off, policy: { max_methods: 5, required: false } });
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("enrollment at sign-in", () => {
  const begin = "POST /sessions/enrollment";
  const confirm = "POST /sessions/enrollment-confirmation";
  const enrollment = {
    id: "e1",
    secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    otpauth_uri: "otpauth://totp/x",
    qr_png:
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  };
  const method = { id: "m1", type: "totp", name: "Pixel 11", suspended: false };
  const enrolled = {
    session: {},
    method,
    recovery_codes: ["0A1B-2C3D-4E5F-6G7H"],
    receipt: { sessions_ended: 0, notices_sent: 1, recovery_codes_left: 10 },
  };
  const problem = (status: number, code: string, more = {}): Reply => [status, { status, code, ...more }];

  function show(replies: Record<string, Reply | Reply[]>) {
    const sent = serve({
      [begin]: [201, enrollment],
      "GET /account": [200, { id: "a", email: "ada@example.com" }],
      ...replies,
    });
    const on = { onSignedIn: vi.fn(), onExpired: vi.fn(), onOtherAccount: vi.fn() };
    render(
      <QueryClientProvider client={makeQueryClient()}>
        <SignInEnrollment email="ada@example.com" {...on} />
      </QueryClientProvider>,
    );
    const user = userEvent.setup();
    const press = async (name: string) => user.click(await screen.findByRole("button", { name }));
    return { ...on, user, sent, press };
  }

  /** Renders the enrollment and submits a first code. */
  async function toCode(replies: Record<string, Reply | Reply[]>) {
    const shown = show(replies);
    await shown.press("Register MFA Method");
    await screen.findByText("Scan this QR code with your authenticator app.");
    await shown.press("Continue");
    await shown.user.type(await screen.findByLabelText("6-digit code"), "492039");
    await shown.press("Register");
    return shown;
  }

  it("signs in once the codes are saved", async () => {
    const { press, user, onSignedIn, sent } = await toCode({
      [confirm]: [problem(422, "code_rejected", { attempts_left: 4 }), [201, enrolled]],
    });
    expect(await screen.findByText(/Four attempts left/)).toBeTruthy();
    const code = screen.getByLabelText("6-digit code");
    await waitFor(() => expect(document.activeElement === code).toBe(true));
    await user.type(screen.getByLabelText(/^Name for this/), "Pixel 11");
    await press("Register");
    const dialog = screen.getByRole("dialog");
    expect(await within(dialog).findByText("0A1B-2C3D-4E5F-6G7H")).toBeTruthy();
    expect(within(dialog).getByText(/a…\u2060@example\.com/)).toBeTruthy();
    await press("Done");
    expect(onSignedIn).not.toHaveBeenCalled();
    await user.click(screen.getByRole("checkbox", { name: "I’ve saved these codes" }));
    await press("Done");
    await waitFor(() => expect(onSignedIn).toHaveBeenCalledOnce());
    expect(sent.filter(({ line }) => line === confirm)[1]?.body).toEqual({
      code: "492039",
      name: "Pixel 11",
    });
  });

  it("returns to the password if the sign-in expired", async () => {
    const { onExpired } = await toCode({ [confirm]: problem(410, "sign_in_expired") });
    await waitFor(() => expect(onExpired).toHaveBeenCalledWith({ code: "sign_in_expired" }));
  });

  it("restarts with a new key after too many wrong codes", async () => {
    const { press, sent } = await toCode({
      [confirm]: problem(422, "code_rejected", { attempts_left: 0 }),
    });
    await press("Start again");
    expect(await screen.findByText("Scan this QR code with your authenticator app.")).toBeTruthy();
    expect(sent.filter(({ line }) => line === begin)).toHaveLength(2);
  });

  it("shows why no key could be created, and can be retried", async () => {
    const { press } = show({ [begin]: [problem(503, "unavailable"), [201, enrollment]] });
    await press("Register MFA Method");
    expect(await screen.findByText(/The service can’t respond/)).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    await press("Register MFA Method");
    expect(await screen.findByText("Scan this QR code with your authenticator app.")).toBeTruthy();
  });
});
