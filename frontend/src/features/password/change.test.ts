import { expect, it } from "vitest";
import { begun, change, type Change } from "./change";

const choosing: Change = { at: "choose" };
const saving: Change = { at: "saving" };
const refusal = (code: "password_unacceptable" | "step_up_required") => ({
  type: "refused" as const,
  trouble: { code },
});

it("asks for a proof before a new password", () => {
  expect(begun.at).toBe("prove");
  expect(change(begun, { type: "save" })).toBe(begun);
  expect(change(begun, { type: "proven" })).toEqual({ at: "choose" });
});

it("saves once at a time", () => {
  expect(change(choosing, { type: "save" })).toEqual(saving);
  expect(change(saving, { type: "save" })).toBe(saving);
});

it("tells what came of it, once", () => {
  const receipt = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 0 };
  const told: Change = { at: "told", receipt };
  expect(change(saving, { type: "saved", receipt })).toEqual(told);
  expect(change(choosing, { type: "saved", receipt })).toBe(choosing);
  expect(change(told, { type: "save" })).toBe(told);
  expect(change(told, refusal("step_up_required"))).toBe(told);
});

it("stays at the password where that is refused", () =>
  expect(change(saving, refusal("password_unacceptable"))).toEqual({
    at: "choose",
    trouble: { code: "password_unacceptable" },
  }));

it("asks for a proof again when the first grew too old", () =>
  expect(change(saving, refusal("step_up_required"))).toEqual({ at: "prove", again: true }));

it("ignores an answer that nothing waits for", () =>
  expect(change(choosing, refusal("password_unacceptable"))).toBe(choosing));
