import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { client, onSessionLost, request } from "./client";
import type { StepUpChallenge } from "./problem";

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
  onSessionLost(() => {});
});

describe("request", () => {
  it("returns the data", async () => {
    server.mockResolvedValueOnce(
      json(200, { id: "a", email: "ada@example.com", created_at: "2026-11-01T08:00:00Z" }),
    );
    const result = await request(client.GET("/api/v1/account"));
    expect(result).toMatchObject({ ok: true, data: { email: "ada@example.com" } });
  });

  it("returns a problem as an error", async () => {
    server.mockResolvedValueOnce(problem(401, "code_rejected", { attempts_left: 3 }));
    const result = await request(client.POST("/api/v1/sessions/second-factor", { body: { code: "000000" } }));
    expect(result).toEqual({ ok: false, error: { code: "code_rejected", attemptsLeft: 3 } });
  });

  it("takes retryAfter from the header if the body has none", async () => {
    server.mockResolvedValueOnce(json(429, { code: "too_many_requests" }, { "Retry-After": "17" }));
    const result = await request(client.GET("/api/v1/mfa"));
    expect(result).toEqual({ ok: false, error: { code: "too_many_requests", retryAfter: 17 } });
  });

  it("maps a response outside the contract, a gateway error and no response", async () => {
    server.mockResolvedValueOnce(new Response("<h1>proxy</h1>", { status: 418 }));
    expect(await request(client.GET("/api/v1/mfa"))).toEqual({ ok: false, error: { code: "unexpected" } });
    server.mockResolvedValueOnce(new Response("<h1>proxy</h1>", { status: 502 }));
    expect(await request(client.GET("/api/v1/mfa"))).toEqual({ ok: false, error: { code: "unavailable" } });
    server.mockResolvedValueOnce(problem(400, "no_such_code"));
    expect(await request(client.GET("/api/v1/mfa"))).toEqual({ ok: false, error: { code: "unexpected" } });
    server.mockRejectedValueOnce(new TypeError("offline"));
    expect(await request(client.GET("/api/v1/mfa"))).toEqual({ ok: false, error: { code: "unreachable" } });
  });

  it("reports a lost session", async () => {
    const lost = vi.fn();
    onSessionLost(lost);
    server.mockResolvedValueOnce(problem(401, "step_up_required", { step_up: challenge }));
    await request(client.GET("/api/v1/mfa"));
    expect(lost).not.toHaveBeenCalled();
    server.mockResolvedValueOnce(problem(401, "session_required"));
    await request(client.GET("/api/v1/mfa"));
    expect(lost).toHaveBeenCalledOnce();
  });

  it("retries a GET that was sent with the old session cookie", async () => {
    let respondToGet: (response: Response) => void = () => {};
    server.mockReturnValueOnce(new Promise((resolve) => (respondToGet = resolve)));
    const read = request(client.GET("/api/v1/mfa"));
    server.mockResolvedValueOnce(json(200, { sessions_ended: 0 }));
    await request(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: "m" } } }));
    server.mockResolvedValueOnce(json(200, { enabled: false, methods: [], policy: { max_methods: 5 } }));
    respondToGet(problem(401, "session_required"));
    expect(await read).toMatchObject({ ok: true });
  });
});

it("reports a session lost before the listener was registered, once", async () => {
  vi.resetModules();
  const early = await import("./client");
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(problem(401, "session_required")));
  await early.request(early.client.GET("/api/v1/mfa"));
  const listener = vi.fn();
  early.onSessionLost(listener);
  early.onSessionLost(listener);
  expect(listener).toHaveBeenCalledOnce();
  await early.request(early.client.GET("/api/v1/mfa"));
  expect(listener).toHaveBeenCalledTimes(2);
});
