import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { client, request, type ApiResult } from "./client";
import type { StepUpChallenge } from "./problem";
import { stepUpCancelled, withStepUp } from "./stepUp";

const challenge: StepUpChallenge = {
  purpose: "mfa.remove",
  acr: "aal2",
  max_age: 300,
  methods: ["password", "totp"],
};
const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers },
  });
const problem = (status: number, code: string, more = {}) =>
  json(status, { type: "x", title: "x", status, code, ...more });

const server = vi.fn<(request: Request) => Promise<Response>>();
beforeEach(() => vi.stubGlobal("fetch", server));
afterEach(() => {
  vi.unstubAllGlobals();
  server.mockReset();
});

describe("withStepUp", () => {
  const required: ApiResult<string> = { ok: false, error: { code: "step_up_required", stepUp: challenge } };
  const done: ApiResult<string> = { ok: true, data: "done" };

  it("sends once if the server requires no step-up", async () => {
    const promptStepUp = vi.fn();
    const send = vi.fn().mockResolvedValue(done);
    expect(await withStepUp(promptStepUp, send)).toBe(done);
    expect(send.mock.calls).toEqual([[{}]]);
    expect(promptStepUp).not.toHaveBeenCalled();
  });

  it("steps up for the challenge and sends the same request again", async () => {
    const promptStepUp = vi.fn().mockResolvedValue("token");
    const send = vi.fn().mockResolvedValueOnce(required).mockResolvedValueOnce(done);
    expect(await withStepUp(promptStepUp, send)).toBe(done);
    expect(promptStepUp.mock.calls).toEqual([[challenge]]);
    expect(send.mock.calls).toEqual([[{}], [{ "Step-Up-Token": "token" }]]);
  });

  it("sends nothing more if the user cancels", async () => {
    const send = vi.fn().mockResolvedValue(required);
    expect(await withStepUp(async () => undefined, send)).toBe(required);
    expect(send).toHaveBeenCalledOnce();
  });

  it("prompts only once", async () => {
    const promptStepUp = vi.fn().mockResolvedValue("token");
    const send = vi.fn().mockResolvedValue(required);
    expect(await withStepUp(promptStepUp, send)).toBe(required);
    expect(promptStepUp).toHaveBeenCalledOnce();
  });

  it("returns any other error", async () => {
    const refused: ApiResult<string> = { ok: false, error: { code: "not_found" } };
    const promptStepUp = vi.fn();
    expect(await withStepUp(promptStepUp, async () => refused)).toBe(refused);
    expect(promptStepUp).not.toHaveBeenCalled();
  });

  it("sends the token in the header", async () => {
    server.mockResolvedValueOnce(problem(401, "step_up_required", { step_up: challenge }));
    server.mockResolvedValueOnce(json(200, { sessions_ended: 2 }));
    const result = await withStepUp(
      async () => "token",
      (headers) =>
        request(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: "m1" } }, headers })),
    );
    expect(result).toEqual({ ok: true, data: { sessions_ended: 2 } });
    const sent = server.mock.calls.map(([request]) => [
      request.method,
      new URL(request.url).pathname,
      request.headers.get("Step-Up-Token"),
    ]);
    expect(sent).toEqual([
      ["DELETE", "/api/v1/mfa/methods/m1", null],
      ["DELETE", "/api/v1/mfa/methods/m1", "token"],
    ]);
  });
});

it("stepUpCancelled recognizes only an unanswered challenge", () => {
  expect(stepUpCancelled({ code: "step_up_required", stepUp: challenge })).toBe(true);
  expect(stepUpCancelled({ code: "step_up_required" })).toBe(false);
  expect(stepUpCancelled({ code: "not_found" })).toBe(false);
});
