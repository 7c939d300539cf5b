import { describe, expect, it } from "vitest";
import type { ConfirmedMethod, MfaMethod, TotpEnrollment, Trouble } from "../../api/client";
import { closed, leftBehind, step, stepOf, type Ceremony, type CeremonyEvent } from "./ceremony";

const enrollment = { id: "e1", secret: "S" } as TotpEnrollment;
const result = { method: { name: "Phone" }, receipt: { sessions_ended: 0 } } as ConfirmedMethod;
const trouble = (code: Trouble["code"]): Trouble => ({ code });
const run = 1;

const states: Record<Ceremony["at"], Ceremony> = {
  closed: { at: "closed", run },
  reauthenticate: { at: "reauthenticate", run },
  scan: { at: "scan", run, enrollment },
  verify: { at: "verify", run, enrollment },
  confirming: { at: "confirming", run, enrollment },
  over: { at: "over", run, trouble: trouble("enrollment_expired") },
  success: { at: "success", run, result, keeping: { at: "nothing" } },
};

const events: Record<CeremonyEvent["type"], CeremonyEvent> = {
  opened: { type: "opened" },
  begun: { type: "begun", run, enrollment },
  beginRefused: { type: "beginRefused", run, trouble: trouble("too_many_methods") },
  continued: { type: "continued" },
  wentBack: { type: "wentBack" },
  submitted: { type: "submitted" },
  confirmRefused: { type: "confirmRefused", run, trouble: trouble("code_rejected") },
  confirmed: { type: "confirmed", run, result },
  ticked: { type: "ticked", saved: true },
  restarted: { type: "restarted" },
  closed: { type: "closed" },
};

/** What each event does in each state; what isn't here is ignored. */
const table: Partial<Record<Ceremony["at"], Partial<Record<CeremonyEvent["type"], Ceremony>>>> = {
  closed: { opened: { at: "reauthenticate", run: 2 } },
  reauthenticate: {
    begun: { at: "scan", run, enrollment },
    beginRefused: { at: "reauthenticate", run, trouble: trouble("too_many_methods") },
    closed: { at: "closed", run: 2 },
  },
  scan: { continued: { at: "verify", run, enrollment }, closed: { at: "closed", run: 2 } },
  verify: {
    wentBack: { at: "scan", run, enrollment },
    submitted: { at: "confirming", run, enrollment },
    closed: { at: "closed", run: 2 },
  },
  confirming: {
    confirmRefused: { at: "verify", run, enrollment, trouble: trouble("code_rejected") },
    confirmed: { at: "success", run, result, keeping: { at: "nothing" } },
    closed: { at: "closed", run: 2 },
  },
  over: { restarted: { at: "reauthenticate", run: 2 }, closed: { at: "closed", run: 2 } },
  success: { ticked: states.success, closed: { at: "closed", run: 2 } },
};

describe("step", () => {
  for (const [at, state] of Object.entries(states) as [Ceremony["at"], Ceremony][])
    for (const [type, event] of Object.entries(events) as [CeremonyEvent["type"], CeremonyEvent][]) {
      const want = table[at]?.[type];
      it(`${at} + ${type} → ${want?.at ?? "ignored"}`, () => {
        const got = step(state, event);
        if (want) expect(got).toEqual(want);
        else expect(got).toBe(state);
      });
    }

  for (const code of ["enrollment_expired", "not_found"] as const)
    it(`${code} ends the registration`, () => {
      expect(step(states.confirming, { type: "confirmRefused", run, trouble: trouble(code) })).toEqual({
        at: "over",
        run,
        trouble: trouble(code),
      });
    });

  const rejected = (rest: Partial<Trouble>): Trouble => ({ code: "code_rejected", ...rest });
  const refused = (trouble: Trouble) => step(states.confirming, { type: "confirmRefused", run, trouble });

  it("the last wrong code ends the registration", () =>
    expect(refused(rejected({ attemptsLeft: 0 }))).toEqual({
      at: "over",
      run,
      trouble: { code: "enrollment_expired", attemptsLeft: 0 },
    }));

  for (const rest of [{ attemptsLeft: 1 }, { attemptsLeft: 0, retryAfter: 30 }])
    it(`a wrong code with ${JSON.stringify(rest)} keeps the code step`, () =>
      expect(refused(rejected(rest))).toEqual({ at: "verify", run, enrollment, trouble: rejected(rest) }));

  for (const code of [
    "code_used",
    "name_taken",
    "too_many_attempts",
    "unreachable",
    "unavailable",
    "internal",
  ] as const)
    it(`${code} keeps the code step`, () => {
      const got = step(states.confirming, { type: "confirmRefused", run, trouble: trouble(code) });
      expect(got).toEqual({ at: "verify", run, enrollment, trouble: trouble(code) });
    });

  it("an answer for an earlier run changes nothing", () => {
    const reopened = step(step(states.reauthenticate, { type: "closed" }), { type: "opened" });
    expect(reopened).toEqual({ at: "reauthenticate", run: 3 });
    expect(step(reopened, { type: "begun", run: 1, enrollment })).toBe(reopened);
    const confirming: Ceremony = { at: "confirming", run: 5, enrollment };
    expect(step(confirming, { type: "confirmed", run: 4, result })).toBe(confirming);
    expect(step(confirming, { type: "confirmRefused", run: 4, trouble: trouble("internal") })).toBe(
      confirming,
    );
  });

  it("walks from opened to success", () => {
    const walk: CeremonyEvent[] = [
      { type: "opened" },
      { type: "begun", run: 1, enrollment },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmed", run: 1, result },
    ];
    expect(walk.reduce(step, closed)).toEqual({
      at: "success",
      run: 1,
      result,
      keeping: { at: "nothing" },
    });
  });

  it("the first method's recovery codes keep the dialog open until they are saved", () => {
    const first = { ...result, recovery_codes: ["0A1B-2C3D-4E5F-6G7H"] };
    const shown = step(states.confirming, { type: "confirmed", run, result: first });
    const reminded = step(shown, { type: "closed" });
    expect(reminded).toEqual({
      at: "success",
      run,
      result: first,
      keeping: { at: "unsaved", reminded: 1 },
    });
    const saved = step(reminded, { type: "ticked", saved: true });
    expect(step(saved, { type: "closed" })).toEqual({ at: "closed", run: 2 });
  });

  it("what is replaced is remembered to the end, also when it has to start again, and no longer", () => {
    const replaces = { id: "m1", name: "Old phone" } as MfaMethod;
    const walk: CeremonyEvent[] = [
      { type: "opened", replaces },
      { type: "beginRefused", run: 1, trouble: trouble("unavailable") },
      { type: "begun", run: 1, enrollment },
      { type: "continued" },
      { type: "wentBack" },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmRefused", run: 1, trouble: trouble("code_rejected") },
      { type: "submitted" },
      { type: "confirmRefused", run: 1, trouble: trouble("enrollment_expired") },
      { type: "restarted" },
      { type: "begun", run: 2, enrollment },
      { type: "continued" },
      { type: "submitted" },
      { type: "confirmed", run: 2, result },
    ];
    let state = closed;
    for (const event of walk) {
      state = step(state, event);
      expect(state, event.type).toMatchObject({ replaces });
    }
    expect(state.at).toBe("success");
    expect(step(step(state, { type: "closed" }), { type: "opened" })).toEqual({
      at: "reauthenticate",
      run: 4,
    });
  });
});

describe("leftBehind", () => {
  it("is the pending enrollment, unless its code is just being judged", () => {
    const left = Object.entries(states).map(([at, state]) => [at, leftBehind(state)]);
    expect(Object.fromEntries(left)).toEqual({
      closed: undefined,
      reauthenticate: undefined,
      scan: "e1",
      verify: "e1",
      confirming: undefined,
      over: undefined,
      success: undefined,
    });
  });
});

it("stepOf shows four steps", () => {
  const shown = Object.values(states).flatMap((state) => (state.at === "closed" ? [] : [stepOf(state)]));
  expect(shown).toEqual(["reauthenticate", "scan", "verify", "verify", "verify", "success"]);
});
