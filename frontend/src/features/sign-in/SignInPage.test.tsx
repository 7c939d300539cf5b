import { render, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { QueryClientProvider } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { makeQueryClient } from "../../api/queries";
import { SignInPage } from "./SignInPage";

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
const problem = (status: number, body: object) => json(status, { status, ...body });
const service = {
  name: "Twofold",
  mail: true,
  mfa_removal: true,
  mfa_removal_delay: 86_400,
  mfa_removal_pause: 2_592_000,
  support: "it-help@example.com",
};

/** Signs in with a correct password. Later requests get `responses`, by their path. */
async function enter(responses: Record<string, Response>, methods = ["totp", "recovery_code"]) {
  const user = userEvent.setup();
  const sent: { path: string; body: unknown }[] = [];
  const onSignedIn = vi.fn();
  const all: Record<string, Response> = {
    "/api/v1/sessions": json(202, { state: "second_factor_required", methods }),
    "/api/v1/service": json(200, service),
    ...responses,
  };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    const text = await request.text();
    sent.push({ path, body: text === "" ? undefined : JSON.parse(text) });
    return all[path]?.clone() ?? Response.error();
  });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <SignInPage
        reason={undefined}
        onSignedIn={onSignedIn}
        renderEnrollment={({ email, onExpired }) => (
          <button onClick={() => onExpired({ code: "sign_in_expired" })}>enroll {email}</button>
        )}
      />
    </QueryClientProvider>,
  );
  await user.type(screen.getByLabelText("Email"), "mia@example.org");
  await user.type(screen.getByLabelText("Password"), "a long password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  const press = (name: string) => user.click(screen.getByRole("button", { name }));
  return { user, sent, press, onSignedIn };
}

/** Signs in up to the code step. */
async function toCode(...how: Parameters<typeof enter>) {
  const page = await enter(...how);
  const field = await screen.findByLabelText<HTMLInputElement>(/6-digit code|Recovery code/);
  return { ...page, field };
}

const sendCode = async (answer: Response) => {
  const { user, field } = await toCode({ "/api/v1/sessions/second-factor": answer });
  await user.type(field, "000000");
};

describe("a TOTP code", () => {
  it("the last wrong one leads back to the password and keeps the email", async () => {
    await sendCode(problem(401, { code: "code_rejected", attempts_left: 0 }));
    expect(await screen.findByText(/Too many wrong codes. Enter your password to start again/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("mia@example.org");
    const password = screen.getByLabelText<HTMLInputElement>("Password");
    expect(password.value).toBe("");
    await waitFor(() => expect(document.activeElement === password).toBe(true));
  });

  it("a wrong one with tries left keeps the code step", async () => {
    await sendCode(problem(401, { code: "code_rejected", attempts_left: 1 }));
    expect(await screen.findByText(/One attempt left/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("6-digit code").value).toBe("000000");
  });

  it("one during a backoff shows the countdown", async () => {
    await sendCode(problem(429, { code: "too_many_attempts", retry_after: 30 }));
    expect(await screen.findByText("0:30")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Verify" }).getAttribute("aria-disabled")).toBe("true");
  });
});

it("required MFA leads to registration, and back to the password when it expires", async () => {
  const { press } = await enter({ "/api/v1/sessions": json(202, { state: "enrollment_required" }) });
  await screen.findByText("enroll mia@example.org");
  await press("enroll mia@example.org");
  expect(await screen.findByText(/That took too long/)).toBeTruthy();
});

describe("a recovery code", () => {
  const second = "/api/v1/sessions/second-factor";

  it("is sent as typed", async () => {
    const { user, sent, press, onSignedIn } = await toCode({ [second]: json(201, { state: "signed_in" }) });
    await press("Use a recovery code instead");
    const field = screen.getByLabelText("Recovery code");
    await waitFor(() => expect(document.activeElement === field).toBe(true));
    await user.type(field, " oaib 2c3d 4e5f–6g7h{Enter}");
    await waitFor(() => expect(onSignedIn).toHaveBeenCalledOnce());
    expect(sent.at(-1)).toEqual({ path: second, body: { recovery_code: "oaib 2c3d 4e5f-6g7h" } });
  });

  it("is not sent if it is too short", async () => {
    const { user, sent, press } = await toCode({});
    await press("Use a recovery code instead");
    await user.type(screen.getByLabelText("Recovery code"), "0A1B-2C3D{Enter}");
    expect(screen.getByText(/16 letters and digits/)).toBeTruthy();
    expect(sent.some(({ path }) => path === second)).toBe(false);
  });

  for (const [answer, said] of [
    [problem(401, { code: "code_rejected", attempts_left: 4 }), /Wrong recovery code.*Four attempts left/],
    [problem(401, { code: "code_used" }), /recovery code was already used/],
    [
      problem(400, { code: "invalid_request", errors: [{ pointer: "/recovery_code", detail: "x" }] }),
      /isn’t a recovery code/,
    ],
  ] as const)
    it(`stays in the field with an explanation: ${said.source}`, async () => {
      const { user, press } = await toCode({ [second]: answer });
      await press("Use a recovery code instead");
      await user.type(screen.getByLabelText("Recovery code"), "0A1B-2C3D-4E5F-6G7H{Enter}");
      expect(await screen.findByText(said)).toBeTruthy();
      expect(screen.getByLabelText<HTMLInputElement>("Recovery code").value).toBe("0A1B-2C3D-4E5F-6G7H");
      await press("Use your authenticator app instead");
      expect(screen.queryByText(said)).toBeNull();
    });

  it("is asked for first if there is no authenticator app", async () => {
    expect((await toCode({}, ["recovery_code"])).field.name).toBe("recovery-code");
    expect(screen.queryByRole("button", { name: /instead/ })).toBeNull();
  });

  it("is not offered if none are left", async () => {
    expect((await toCode({}, ["totp"])).field.name).toBe("code");
    expect(screen.queryByRole("button", { name: /instead/ })).toBeNull();
  });
});

describe("lost phone and recovery codes", () => {
  const removal = "/api/v1/mfa/removal";
  const announced = json(202, {
    requested_at: "2026-11-23T09:30:00Z",
    remaining_seconds: 190_000,
    stopped: true,
    ready: false,
  });

  async function toRemoval(responses: Record<string, Response>) {
    const page = await toCode(responses);
    await page.press("Lost your phone and codes?");
    await screen.findByRole("button", { name: "Request removal" });
    return page;
  }

  it("sends nothing before the user confirms the explanation", async () => {
    const { sent } = await toRemoval({});
    expect(screen.getByText(/notify every email address/)).toBeTruthy();
    expect(sent.some(({ path }) => path === removal)).toBe(false);
  });

  it("shows how long it can be cancelled, and that the delay is paused", async () => {
    const { sent, press } = await toRemoval({ [removal]: announced });
    await press("Request removal");
    expect(await screen.findByText(/for another 2 days and 5 hours.*waiting period is paused/)).toBeTruthy();
    expect(sent.find(({ path }) => path === removal)?.body).toEqual({});
  });

  for (const [reason, said] of [
    ["off", /can’t be removed from here/],
    ["paused", /was cancelled recently/],
    ["password_reset", /was reset by email recently/],
  ] as const)
    it(`${reason} explains why not, and whom to contact`, async () => {
      const { press } = await toRemoval({ [removal]: problem(409, { code: "removal_unavailable", reason }) });
      await press("Request removal");
      expect(await screen.findByText(said)).toBeTruthy();
      expect(screen.getByText(/it-help@example.com/)).toBeTruthy();
      expect(screen.queryByRole("button", { name: "Request removal" })).toBeNull();
    });

  it("an expired sign-in leads back to the password", async () => {
    const { press } = await toRemoval({ [removal]: problem(410, { code: "sign_in_expired" }) });
    await press("Request removal");
    expect(await screen.findByText(/took too long/)).toBeTruthy();
    expect(screen.getByLabelText("Password")).toBeTruthy();
  });

  it("a code cancels it and completes the sign-in", async () => {
    const byCode = "/api/v1/mfa/removal/cancel-by-code";
    const { user, sent, press } = await toRemoval({
      [removal]: announced,
      [byCode]: new Response(null, { status: 204 }),
    });
    await press("Request removal");
    await screen.findByRole("heading", { name: "Removal requested" });
    await press("Cancel removal");
    await user.type(screen.getByLabelText("6-digit code"), "123456{Enter}");
    expect(await screen.findByText(/For 30 days, the removal can’t be requested again/)).toBeTruthy();
    expect(sent.at(-1)).toEqual({ path: byCode, body: { code: "123456" } });
    await press("Continue");
    expect(screen.getByLabelText("6-digit code")).toBeTruthy();
  });

  it("reports that there is nothing to cancel", async () => {
    const { user, press } = await toRemoval({
      "/api/v1/mfa/removal/cancel-by-code": problem(404, { code: "not_found" }),
    });
    await press("Cancel a pending removal");
    await user.type(screen.getByLabelText("6-digit code"), "123456{Enter}");
    expect(await screen.findByText(/no pending removal to cancel/)).toBeTruthy();
  });
});

describe("no usable factor: the only method is suspended, and there are no recovery codes", () => {
  const heading = { name: "You can’t sign in with a code" };

  it("explains it and offers MFA removal", async () => {
    const { sent, press } = await enter({ "/api/v1/mfa/removal": problem(503, { code: "unavailable" }) }, []);
    const title = await screen.findByRole("heading", heading);
    await waitFor(() => expect(document.activeElement === title).toBe(true));
    expect(document.title).toMatch(/^Sign in/);
    expect(
      screen.getByText(/authenticator app was reported as not yours and suspended.*no recovery codes/),
    ).toBeTruthy();
    expect(screen.getByText(/with a link in any of these emails\.$/)).toBeTruthy();
    expect(screen.getByText(/it-help@example.com/)).toBeTruthy();
    // Without a factor, nothing that needs a code is offered.
    expect(screen.queryByRole("button", { name: /code|under way/ })).toBeNull();
    await press("Request removal");
    await waitFor(() => expect(sent.at(-1)?.path).toBe("/api/v1/mfa/removal"));
  });

  it("a pending removal can be cancelled only by its mails", async () => {
    const { press } = await enter(
      {
        "/api/v1/mfa/removal": json(202, {
          requested_at: "2026-11-23T09:30:00Z",
          remaining_seconds: 190_000,
          stopped: false,
          ready: false,
        }),
      },
      [],
    );
    await screen.findByRole("heading", heading);
    await press("Request removal");
    await screen.findByRole("heading", { name: "Removal requested" });
    expect(screen.queryByRole("button", { name: "Cancel removal" })).toBeNull();
    expect(screen.queryByText(/Found your phone/)).toBeNull();
  });

  it("names the contact if removals are disabled", async () => {
    const { press } = await enter({ "/api/v1/service": json(200, { ...service, mfa_removal: false }) }, []);
    await screen.findByRole("heading", heading);
    expect(screen.getByText(/Contact support to get back into your account/)).toBeTruthy();
    expect(screen.getByText(/it-help@example.com/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Request removal" })).toBeNull();
    await press("Use a different account");
    expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("");
  });
});
