import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Mfa, MfaMethod } from "../../api/client";
import { makeQueryClient } from "../../api/queries";
import { MfaCard } from "./MfaCard";
import { RemovalBanner } from "./RemovalBanner";

const time = "2026-11-03T10:00:00Z";
const method = (id: string, name: string, suspended = false): MfaMethod => ({
  id,
  type: "totp",
  name,
  suspended,
  created_at: time,
  last_used_at: time,
});
const phone = method("m1", "Pixel 11");
const tablet = method("m2", "iPad");
const mfaOf = (change: Partial<Mfa> = {}): Mfa => ({
  enabled: true,
  methods: [phone],
  recovery_codes: { remaining: 10, total: 10, generated_at: time },
  policy: { max_methods: 5, required: false },
  ...change,
});
const receipt = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 10 };
const codes = ["0A1B-2C3D-4E5F-6G7H", "8J9K-0M1N-2P3Q-4R5S"];
const account = { id: "a", email: "ada@example.com", created_at: time };

type Reply = [status: number, body?: unknown];
const problem = (status: number, code: string, more = {}): Reply => [status, { status, code, ...more }];

/** Renders the card with `mfa` and the given responses. A step-up succeeds at once. */
function show(mfa: Mfa, replies: Record<string, Reply> = {}) {
  const state = { mfa };
  const sent: { line: string; body: unknown; withToken: boolean }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request;
    const line = `${request.method} ${new URL(request.url).pathname.replace("/api/v1", "")}`;
    const text = await request.text();
    const withToken = request.headers.get("Step-Up-Token") === "token";
    if (request.method !== "GET")
      sent.push({ line, body: text === "" ? undefined : JSON.parse(text), withToken });
    const dangerous = line.startsWith("DELETE /mfa/methods") || line === "POST /mfa/recovery-codes";
    const [status, body] =
      dangerous && !withToken
        ? problem(401, "step_up_required", {
            step_up: { purpose: "mfa.remove", acr: "aal2", max_age: 300, methods: ["password", "totp"] },
          })
        : (replies[line] ??
          (line === "GET /mfa" ? [200, state.mfa] : line === "GET /account" ? [200, account] : [404, {}]));
    return new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
    });
  });
  const promptStepUp = vi.fn(() => Promise.resolve("token"));
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <RemovalBanner />
      <MfaCard
        promptStepUp={promptStepUp}
        renderCredentialsForm={({ lead, methods, onVerified }) => (
          <button onClick={() => void onVerified("token")}>
            {lead} [{methods.join(" ")}]
          </button>
        )}
      />
    </QueryClientProvider>,
  );
  const user = userEvent.setup();
  const press = async (name: string | RegExp, inside?: HTMLElement) =>
    user.click(await (inside ? within(inside) : screen).findByRole("button", { name }));
  return { user, press, sent, promptStepUp, state };
}

describe("recovery codes on the card", () => {
  for (const [remaining, said] of [
    [4, /Lost them, or never saved them/],
    [3, /Three codes left/],
    [1, /One code left/],
    [0, /No codes left/],
  ] as const)
    it(`${remaining} left`, async () => {
      show(mfaOf({ recovery_codes: { remaining, total: 8, generated_at: time } }));
      expect(await screen.findByText(`${remaining} of 8 left`)).toBeTruthy();
      expect(screen.getByText(said)).toBeTruthy();
    });

  it("were invalidated by a restored backup", async () => {
    show(mfaOf({ recovery_codes: { remaining: 0, total: 8, generated_at: time, retired: true } }));
    expect(await screen.findByText(/restored from a backup/)).toBeTruthy();
    expect(screen.queryByText(/No codes left/)).toBeNull();
  });

  it("were never generated", async () => {
    show(mfaOf({ recovery_codes: null }));
    expect(await screen.findByText(/if you lose your phone/)).toBeTruthy();
  });

  it("are not shown without MFA", async () => {
    show(mfaOf({ enabled: false, methods: [], recovery_codes: null }));
    await screen.findByText("Not set up yet");
    expect(screen.queryByText("Recovery codes")).toBeNull();
  });

  it("are generated after a step-up, and shown until they are saved", async () => {
    const { user, press, sent } = show(mfaOf(), {
      "POST /mfa/recovery-codes": [201, { recovery_codes: codes, receipt }],
    });
    await press("Generate new codes");
    expect(await screen.findByText(/current ones stop working/)).toBeTruthy();
    let dialog = screen.getByRole("dialog");
    expect(sent).toEqual([]);
    await press("Generate new codes", dialog);
    dialog = await screen.findByRole("dialog", { name: "Your new recovery codes" });
    for (const code of codes) expect(await within(dialog).findByText(code)).toBeTruthy();
    expect(sent.map(({ withToken }) => withToken)).toEqual([false, true]);
    expect(
      within(dialog).getByText(/old codes no longer work.*signed out.*a…\u2060@example.com/),
    ).toBeTruthy();

    await press("Done", dialog);
    expect(within(dialog).getByText(/tick this box/)).toBeTruthy();
    const box = within(dialog).getByRole("checkbox", { name: "I’ve saved these codes" });
    await waitFor(() => expect(document.activeElement === box).toBe(true));
    await press("Close", dialog);
    expect(screen.getByRole("dialog")).toBeTruthy();
    await user.click(box);
    await press("Done", dialog);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.body.textContent).not.toContain(codes[0]);
  });
});

describe("a name", () => {
  const line = "PATCH /mfa/methods/m1";

  it("is changed in place with Enter", async () => {
    const { user, press, sent } = show(mfaOf(), { [line]: [200, { ...phone, name: "Work phone" }] });
    await press("Rename Pixel 11");
    const field = await screen.findByLabelText<HTMLInputElement>("New name");
    expect(document.activeElement === field).toBe(true);
    await user.keyboard("Work phone{Enter}");
    expect(await screen.findByText("Renamed to “Work phone”.")).toBeTruthy();
    expect(sent).toEqual([{ line, body: { name: "Work phone" }, withToken: false }]);
  });

  it("stays unchanged after Escape, and the focus returns", async () => {
    const { user, press, sent } = show(mfaOf());
    await press("Rename Pixel 11");
    await user.keyboard("Work phone{Escape}");
    const button = await screen.findByRole("button", { name: "Rename Pixel 11" });
    await waitFor(() => expect(document.activeElement === button).toBe(true));
    expect(sent).toEqual([]);
  });

  it("that is taken stays in the field, with the error", async () => {
    const { user, press } = show(mfaOf(), { [line]: problem(409, "name_taken") });
    await press("Rename Pixel 11");
    await user.keyboard("iPad{Enter}");
    expect(await screen.findByText(/You already have a method with this name/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("New name").value).toBe("iPad");
  });

  it("that is empty or taken is not sent", async () => {
    const { user, press, sent } = show(mfaOf({ methods: [phone, tablet] }));
    await press("Rename Pixel 11");
    await user.clear(await screen.findByLabelText("New name"));
    await user.keyboard("{Enter}");
    expect(screen.getByText("Enter a name.")).toBeTruthy();
    await user.keyboard("IPAD{Enter}");
    expect(screen.getByText(/You already have a method/)).toBeTruthy();
    expect(sent).toEqual([]);
  });
});

describe("removing a method explains the consequence", () => {
  for (const [what, others, remaining, said] of [
    ["the last one", [], 10, /turned off.*recovery codes will stop working/],
    ["one of two", [tablet], 10, /stays on with “iPad”/],
    ["the only one that works", [method("m2", "iPad", true)], 1, /you need a recovery code to sign in/],
    ["the last thing that signs in", [method("m2", "iPad", true)], 0, /you couldn’t sign in any more/],
  ] as const)
    it(what, async () => {
      const codes = { remaining, total: 10, generated_at: time };
      const { press, sent } = show(mfaOf({ methods: [phone, ...others], recovery_codes: codes }));
      await press("Remove Pixel 11");
      expect(await screen.findByText(said)).toBeTruthy();
      expect(sent).toEqual([]);
    });

  const required = { policy: { max_methods: 5, required: true } };

  it("is not offered for the last method if MFA is required", async () => {
    const { press } = show(mfaOf(required));
    await press("Remove Pixel 11");
    expect(await screen.findByRole("dialog", { name: "“Pixel 11” can’t be removed" })).toBeTruthy();
    expect(screen.getByText(/replace this one instead/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Remove method" })).toBeNull();
  });

  it("shows the error if the method became the last one", async () => {
    const { press } = show(mfaOf({ ...required, methods: [phone, tablet] }), {
      "DELETE /mfa/methods/m1": problem(409, "last_method"),
    });
    await press("Remove Pixel 11");
    await press("Remove method");
    expect(await screen.findByText(/you can’t remove your last method/)).toBeTruthy();
  });

  it("shows the result before the card changes", async () => {
    const { press, sent, state } = show(mfaOf(), { "DELETE /mfa/methods/m1": [200, receipt] });
    await press("Remove Pixel 11");
    state.mfa = mfaOf({ enabled: false, methods: [], recovery_codes: null });
    await press("Remove method");
    const dialog = await screen.findByRole("dialog", { name: "Method removed" });
    const done = within(dialog).getByText(/was removed.*now off/);
    await waitFor(() => expect(document.activeElement === done).toBe(true));
    expect(within(dialog).getByText(/One other session was signed out.*a…\u2060@example.com/)).toBeTruthy();
    expect(sent.map(({ withToken }) => withToken)).toEqual([false, true]);
    expect(screen.getByText("Pixel 11")).toBeTruthy();
    await press("Done", dialog);
    expect(await screen.findByText("Not set up yet")).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

it("a suspended method is marked, and can't be moved to a new phone", async () => {
  show(mfaOf({ methods: [phone, method("m2", "iPad", true)] }));
  expect(await screen.findByText("Suspended")).toBeTruthy();
  expect(screen.getByText(/its codes don’t work/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Replace Pixel 11" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Replace iPad" })).toBeNull();
});

it("opens the dialog again at a key press that follows Escape at once", async () => {
  const { press } = show(mfaOf({ enabled: false, methods: [], recovery_codes: null }));
  await screen.findByText("Not set up yet");
  await press("Register MFA Method");
  const dialog = await screen.findByRole("dialog");
  // Events of the browser, since those of the testing library wait until every effect has run.
  dialog.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  for (let renders = 0; renders < 10; renders += 1) await Promise.resolve();
  expect(screen.queryByRole("dialog")).toBeNull();
  screen.getByRole("button", { name: "Register MFA Method" }).click();
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  expect(screen.getByRole("dialog")).toBeTruthy();
});

describe("moving to a new phone", () => {
  const begin = "POST /mfa/totp/enrollments";

  it("names the replaced method and sends its id", async () => {
    const { press, sent } = show(mfaOf(), { [begin]: problem(503, "unavailable") });
    await press("Replace Pixel 11");
    await press(/“Pixel 11” keeps working until you confirm the new app.*\[password totp recovery_code\]/);
    await waitFor(() => expect(sent).toEqual([{ line: begin, body: { replaces: "m1" }, withToken: true }]));
  });

  it("is possible with the maximum number of methods", async () => {
    const full = ["1", "2", "3", "4", "5"].map((n) => method(`m${n}`, `Phone ${n}`));
    show(mfaOf({ methods: full }));
    expect(await screen.findByText(/the maximum for an account/)).toBeTruthy();
    const register = screen.getByRole("button", { name: "Register MFA Method" });
    expect(register.getAttribute("aria-disabled")).toBe("true");
    expect(screen.getAllByRole("button", { name: /^Replace/ })).toHaveLength(5);
  });

  it("that was left unfinished can be restarted as a replacement", async () => {
    const pending = { id: "e1", name: "x", replaces: "m1", created_at: time, expires_at: time };
    const { press, sent } = show(mfaOf({ pending_enrollment: pending }), {
      "DELETE /mfa/totp/enrollments/e1": [204],
    });
    expect(await screen.findByText(/“Pixel 11” still works/)).toBeTruthy();
    await press("Start again");
    expect(await screen.findByRole("dialog", { name: "Replace authenticator app" })).toBeTruthy();
    expect(sent.map(({ line }) => line)).toEqual(["DELETE /mfa/totp/enrollments/e1"]);
  });
});

describe("a pending removal of MFA", () => {
  const removal = { requested_at: time, remaining_seconds: 190_000, stopped: false, ready: false };
  const line = "DELETE /mfa/removal";

  it("is shown above the card, with the time that is left", async () => {
    show(mfaOf({ removal }));
    expect(await screen.findByRole("alert")).toHaveProperty(
      "textContent",
      expect.stringMatching(/Someone asked to remove MFA.*in 2 days and 5 hours/),
    );
  });

  for (const [change, said] of [
    [{ stopped: true }, /waiting period is paused/],
    [{ remaining_seconds: 0 }, /any moment now/],
    [{ remaining_seconds: 0, ready: true }, /Its link removes MFA/],
  ] as const)
    it(`${JSON.stringify(change)} is shown`, async () => {
      show(mfaOf({ removal: { ...removal, ...change } }));
      expect(await screen.findByText(said)).toBeTruthy();
    });

  it("can be cancelled, and the cooldown is shown", async () => {
    const { press, sent } = show(mfaOf({ removal }), {
      [line]: [200, receipt],
      "GET /service": [200, { mfa_removal: true, mfa_removal_pause: 2_592_000 }],
    });
    await press("Cancel removal");
    expect(await screen.findByText(/For 30 days, it can’t be requested again/)).toBeTruthy();
    expect(sent.map(({ line }) => line)).toEqual([line]);
  });

  it("can't be cancelled without a second factor", async () => {
    const { press } = show(mfaOf({ removal }), { [line]: problem(409, "mfa_required") });
    await press("Cancel removal");
    expect(await screen.findByText(/sign in again with a code/)).toBeTruthy();
  });

  it("nothing is shown without one", async () => {
    show(mfaOf());
    await screen.findByText("Pixel 11");
    expect(screen.queryByRole("alert")?.textContent ?? "").toBe("");
  });
});
