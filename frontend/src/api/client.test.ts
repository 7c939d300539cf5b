import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, client, onSessionLost, withStepUp, type Answer, type StepUpChallenge } from "./client";

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

describe("ask", () => {
  it("answers data", async () => {
    server.mockResolvedValueOnce(
      json(200, { id: "a", email: "ada@example.com", created_at: "2026-11-01T08:00:00Z" }),
    );
    const answer = await ask(client.GET("/api/v1/account"));
    expect(answer).toMatchObject({ ok: true, data: { email: "ada@example.com" } });
  });

  it("answers a problem in the page's terms", async () => {
    server.mockResolvedValueOnce(problem(401, "code_rejected", { attempts_left: 3 }));
    const answer = await ask(client.POST("/api/v1/sessions/second-factor", { body: { code: "000000" } }));
    expect(answer).toEqual({ ok: false, trouble: { code: "code_rejected", attemptsLeft: 3 } });
  });

  it("takes the wait from the header where the body has none", async () => {
    server.mockResolvedValueOnce(json(429, { code: "too_many_requests" }, { "Retry-After": "17" }));
    const answer = await ask(client.GET("/api/v1/mfa"));
    expect(answer).toEqual({ ok: false, trouble: { code: "too_many_requests", retryAfter: 17 } });
  });

  it("calls a foreign answer unexpected, a gateway's unavailable, and none unreachable", async () => {
    server.mockResolvedValueOnce(new Response("<h1>proxy</h1>", { status: 418 }));
    expect(await ask(client.GET("/api/v1/mfa"))).toEqual({ ok: false, trouble: { code: "unexpected" } });
    server.mockResolvedValueOnce(new Response("<h1>proxy</h1>", { status: 502 }));
    expect(await ask(client.GET("/api/v1/mfa"))).toEqual({ ok: false, trouble: { code: "unavailable" } });
    server.mockResolvedValueOnce(problem(400, "no_such_code"));
    expect(await ask(client.GET("/api/v1/mfa"))).toEqual({ ok: false, trouble: { code: "unexpected" } });
    server.mockRejectedValueOnce(new TypeError("offline"));
    expect(await ask(client.GET("/api/v1/mfa"))).toEqual({ ok: false, trouble: { code: "unreachable" } });
  });

  it("tells when nobody is signed in", async () => {
    const lost = vi.fn();
    onSessionLost(lost);
    server.mockResolvedValueOnce(problem(401, "step_up_required", { step_up: challenge }));
    await ask(client.GET("/api/v1/mfa"));
    expect(lost).not.toHaveBeenCalled();
    server.mockResolvedValueOnce(problem(401, "session_required"));
    await ask(client.GET("/api/v1/mfa"));
    expect(lost).toHaveBeenCalledOnce();
  });

  it("asks a read again that crossed a change of the session's cookie", async () => {
    let answerRead: (response: Response) => void = () => {};
    server.mockReturnValueOnce(new Promise((resolve) => (answerRead = resolve)));
    const read = ask(client.GET("/api/v1/mfa"));
    server.mockResolvedValueOnce(json(200, { sessions_ended: 0 }));
    await ask(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: "m" } } }));
    server.mockResolvedValueOnce(json(200, { enabled: false, methods: [], policy: { max_methods: 5 } }));
    answerRead(problem(401, "session_required"));
    expect(await read).toMatchObject({ ok: true });
  });
});

describe("withStepUp", () => {
  const required: Answer<string> = { ok: false, trouble: { code: "step_up_required", stepUp: challenge } };
  const done: Answer<string> = { ok: true, data: "done" };

  it("sends once where nothing more is asked", async () => {
    const prove = vi.fn();
    const request = vi.fn().mockResolvedValue(done);
    expect(await withStepUp(prove, request)).toBe(done);
    expect(request.mock.calls).toEqual([[{}]]);
    expect(prove).not.toHaveBeenCalled();
  });

  it("steps up for the purpose that is named and sends the same request again", async () => {
    const prove = vi.fn().mockResolvedValue("token");
    const request = vi.fn().mockResolvedValueOnce(required).mockResolvedValueOnce(done);
    expect(await withStepUp(prove, request)).toBe(done);
    expect(prove.mock.calls).toEqual([[challenge]]);
    expect(request.mock.calls).toEqual([[{}], [{ "Step-Up-Token": "token" }]]);
  });

  it("sends nothing more when the person declines", async () => {
    const request = vi.fn().mockResolvedValue(required);
    expect(await withStepUp(async () => undefined, request)).toBe(required);
    expect(request).toHaveBeenCalledOnce();
  });

  it("asks once, not for ever", async () => {
    const prove = vi.fn().mockResolvedValue("token");
    const request = vi.fn().mockResolvedValue(required);
    expect(await withStepUp(prove, request)).toBe(required);
    expect(prove).toHaveBeenCalledOnce();
  });

  it("leaves any other trouble alone", async () => {
    const refused: Answer<string> = { ok: false, trouble: { code: "not_found" } };
    const prove = vi.fn();
    expect(await withStepUp(prove, async () => refused)).toBe(refused);
    expect(prove).not.toHaveBeenCalled();
  });

  it("carries the token in the header", async () => {
    server.mockResolvedValueOnce(problem(401, "step_up_required", { step_up: challenge }));
    server.mockResolvedValueOnce(json(200, { sessions_ended: 2 }));
    const answer = await withStepUp(
      async () => "token",
      (headers) =>
        ask(client.DELETE("/api/v1/mfa/methods/{id}", { params: { path: { id: "m1" } }, headers })),
    );
    expect(answer).toEqual({ ok: true, data: { sessions_ended: 2 } });
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

it("tells a shell that came later that nobody is signed in, once", async () => {
  vi.resetModules();
  const early = await import("./client");
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(problem(401, "session_required")));
  await early.ask(early.client.GET("/api/v1/mfa"));
  const listener = vi.fn();
  early.onSessionLost(listener);
  early.onSessionLost(listener);
  expect(listener).toHaveBeenCalledOnce();
  await early.ask(early.client.GET("/api/v1/mfa"));
  expect(listener).toHaveBeenCalledTimes(2);
});
