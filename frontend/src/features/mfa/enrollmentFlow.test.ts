import { describe, expect, it } from "vitest";
import type { ConfirmedMethod, MfaMethod, TotpEnrollment, RequestError } from "../../api/client";
import {
  closed,
  unfinishedEnrollment,
  enrollmentFlow,
  stepOf,
  type EnrollmentFlow,
  type EnrollmentEvent,
} from "./enrollmentFlow";

const enrollment = { id: "e1", secret: "S" } as TotpEnrollment;
const result = { method: { name: "Phone" }, receipt: { sessions_ended: 0 } } as ConfirmedMethod;
const error = (code: RequestError["code"]): RequestError => ({ code });
const run = 1;

const states: Record<EnrollmentFlow["at"], EnrollmentFlow> = {
  closed: { at: "closed", run },
  reauthenticate: { at: "reauthenticate", run },
  scan: { at: "scan", run, enrollment },
  verify: { at: "verify", run, enrollment },
  confirming: { at: "confirming", run, enrollment },
  ended: { at: "ended", run, error: error("enrollment_expired") },
  success: { at: "success", run, result, saveState: { at: "notNeeded" } },
};

const events: Record<EnrollmentEvent["type"], EnrollmentEvent> = {
  opened: { type: "opened" },
  begun: { type: "begun", run, enrollment },
  beginFailed: { type: "beginFailed", run, error: error("too_many_methods") },
  continued: { type: "continued" },
  wentBack: { type: "wentBack" },
  submitted: { type: "submitted" },
  confirmFailed: { type: "confirmFailed", run, error: error("code_rejected") },
  confirmed: { type: "confirmed", run, result },
  savedToggled: { type: "savedToggled", saved: true },
  restarted: { type: "restarted" },
  closed: { type: "closed" },
};

/** The next state of each state and event. A missing event leaves the state as it is. */
const table: Partial<Record<EnrollmentFlow["at"], Partial<Record<EnrollmentEvent["type"], EnrollmentFlow>>>> =
  {
    closed: { opened: { at: "reauthenticate", run: 2 } },
    reauthenticate: {
      begun: { at: "scan", run, enrollment },
      beginFailed: { at: "reauthenticate", run, error: error("too_many_methods") },
      closed: { at: "closed", run: 2 },
    },
    scan: { continued: { at: "verify", run, enrollment }, closed: { at: "closed", run: 2 } },
    verify: {
      wentBack: { at: "scan", run, enrollment },
      submitted: { at: "confirming", run, enrollment },
      closed: { at: "closed", run: 2 },
    },
    confirming: {
      confirmFailed: { at: "verify", run, enrollment, error: error("code_rejected") },
      confirmed: { at: "success", run, result, saveState: { at: "notNeeded" } },
      closed: { at: "closed", run: 2 },
    },
    ended: { restarted: { at: "reauthenticate", run: 2 }, closed: { at: "closed", run: 2 } },
    success: { savedToggled: states.success, closed: { at: "closed", run: 2 } },
  };

describe("enrollmentFlow", () => {
  for (const [at, state] of Object.entries(states) as [EnrollmentFlow["at"], EnrollmentFlow][])
    for (const [type, event] of Object.entries(events) as [EnrollmentEvent["type"], EnrollmentEvent][]) {
      const want = table[at]?.[type];
      it(`${at} + ${type} → ${want?.at ?? "ignored"}`, () => {
        const got = enrollmentFlow(state, event);
        if (want) expect(got).toEqual(want);
        else expect(got).toBe(state);
      });
    }

  for (const code of ["enrollment_expired", "not_found"] as const)
    it(`${code} ends the registration`, () => {
      expect(enrollmentFlow(states.confirming, { type: "confirmFailed", run, error: error(code) })).toEqual({
        at: "ended",
        run,
        error: error(code),
      });
    });

  const rejected = (rest: Partial<RequestError>): RequestError => ({ code: "code_rejected", ...rest });
  const refused = (error: RequestError) =>
    enrollmentFlow(states.confirming, { type: "confirmFailed", run, error });

  it("the last wrong code ends the registration", () =>
    expect(refused(rejected({ attemptsLeft: 0 }))).toEqual({
      at: "ended",
      run,
      error: { code: "enrollment_expired", attemptsLeft: 0 },
    }));

  for (const rest of [{ attemptsLeft: 1 }, { attemptsLeft: 0, retryAfter: 30 }])
    it(`a wrong code with ${JSON.stringify(rest)} keeps the code step`, () =>
      expect(refused(rejected(rest))).toEqual({ at: "verify", run, enrollment, error: rejected(rest) }));

  for (const code of [
    "code_used",
    "name_taken",
    "too_many_attempts",
    "unreachable",
    "unavailable",
    "internal",
  ] as const)
    it(`${code} keeps the code step`, () => {
      const got = enrollmentFlow(states.confirming, { type: "confirmFailed", run, error: error(code) });
      expect(got).toEqual({ at: "verify", run, enrollment, error: error(code) });
    });

  it("ignores a response for an earlier run", () => {
    const reopened = enrollmentFlow(enrollmentFlow(states.reauthenticate, { type: "closed" }), {
      type: "opened",
    });
    expect(reopened).toEqual({ at: "reauthenticate", run: 3 });
    expect(enrollmentFlow(reopened, { type: "begun", run: 1, enrollment })).toBe(reopened);
    const confirming: EnrollmentFlow = { at: "confirming", run: 5, enrollment };
    expect(enrollmentFlow(confirming, { type: "confirmed", run: 4, result })).toBe(confirming);
    expect(enrollmentFlow(confirming, { type: "confirmFailed", run: 4, error: error("internal") })).toBe(
      confirming,
    );
  });

  it("leads from opened to success", () => {
    const walk: EnrollmentEvent[] = [
      { type: "opened" },
      { type: "begun", run: 1, enrollment },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmed", run: 1, result },
    ];
    expect(walk.reduce(enrollmentFlow, closed)).toEqual({
      at: "success",
      run: 1,
      result,
      saveState: { at: "notNeeded" },
    });
  });

  it("the first method's recovery codes keep the dialog open until they are saved", () => {
    const first = { ...result, recovery_codes: ["0A1B-2C3D-4E5F-6G7H"] };
    const shown = enrollmentFlow(states.confirming, { type: "confirmed", run, result: first });
    const reminded = enrollmentFlow(shown, { type: "closed" });
    expect(reminded).toEqual({
      at: "success",
      run,
      result: first,
      saveState: { at: "unsaved", reminders: 1 },
    });
    const saved = enrollmentFlow(reminded, { type: "savedToggled", saved: true });
    expect(enrollmentFlow(saved, { type: "closed" })).toEqual({ at: "closed", run: 2 });
  });

  it("keeps the replaced method until it closes, also after a restart", () => {
    const replaces = { id: "m1", name: "Old phone" } as MfaMethod;
    const walk: EnrollmentEvent[] = [
      { type: "opened", replaces },
      { type: "beginFailed", run: 1, error: error("unavailable") },
      { type: "begun", run: 1, enrollment },
      { type: "continued" },
      { type: "wentBack" },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmFailed", run: 1, error: error("code_rejected") },
      { type: "submitted" },
      { type: "confirmFailed", run: 1, error: error("enrollment_expired") },
      { type: "restarted" },
      { type: "begun", run: 2, enrollment },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmed", run: 2, result },
    ];
    let state = closed;
    for (const event of walk) {
      state = enrollmentFlow(state, event);
      expect(state, event.type).toMatchObject({ replaces });
    }
    expect(state.at).toBe("success");
    expect(enrollmentFlow(enrollmentFlow(state, { type: "closed" }), { type: "opened" })).toEqual({
      at: "reauthenticate",
      run: 4,
    });
  });
});

describe("unfinishedEnrollment", () => {
  it("is the pending enrollment, unless its code is being checked", () => {
    const left = Object.entries(states).map(([at, state]) => [at, unfinishedEnrollment(state)]);
    expect(Object.fromEntries(left)).toEqual({
      closed: undefined,
      reauthenticate: undefined,
      scan: "e1",
      verify: "e1",
      confirming: undefined,
      ended: undefined,
      success: undefined,
    });
  });
});

it("stepOf shows four steps", () => {
  const shown = Object.values(states).flatMap((state) => (state.at === "closed" ? [] : [stepOf(state)]));
  expect(shown).toEqual(["reauthenticate", "scan", "verify", "verify", "verify", "success"]);
});
