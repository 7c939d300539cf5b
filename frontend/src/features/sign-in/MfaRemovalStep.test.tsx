import { screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { enter, json, problem, service, toCode } from "./renderSignInPage";

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
