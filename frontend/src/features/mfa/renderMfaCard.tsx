// Renders the MFA card for its tests.
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import type { Mfa, MfaMethod } from "../../api/client";
import { makeQueryClient } from "../../api/queries";
import { MfaCard } from "./MfaCard";
import { RemovalBanner } from "./RemovalBanner";

export const time = "2026-11-03T10:00:00Z";
export const method = (id: string, name: string, suspended = false): MfaMethod => ({
  id,
  type: "totp",
  name,
  suspended,
  created_at: time,
  last_used_at: time,
});
export const phone = method("m1", "Pixel 11");
export const tablet = method("m2", "iPad");
export const mfaOf = (change: Partial<Mfa> = {}): Mfa => ({
  enabled: true,
  methods: [phone],
  recovery_codes: { remaining: 10, total: 10, generated_at: time },
  policy: { max_methods: 5, required: false },
  ...change,
});
export const receipt = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 10 };
export const newCodes = ["0A1B-2C3D-4E5F-6G7H", "8J9K-0M1N-2P3Q-4R5S"];
const account = { id: "a", email: "ada@example.com", created_at: time };

type Reply = [status: number, body?: unknown];
export const problem = (status: number, code: string, more = {}): Reply => [
  status,
  { status, code, ...more },
];

/** Renders the card with `mfa` and the given responses. A step-up succeeds at once. */
export function show(mfa: Mfa, replies: Record<string, Reply> = {}) {
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
