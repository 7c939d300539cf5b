import { expect, it } from "vitest";
import { initialPasswordChange, passwordChange, type PasswordChange } from "./passwordChange";

const choosing: PasswordChange = { at: "confirming", task: undefined };
const saving: PasswordChange = { at: "working", task: undefined };
const failed = (code: "password_unacceptable" | "step_up_required") => ({
  type: "failed" as const,
  error: { code },
});

it("requires a step-up before a new password", () => {
  expect(initialPasswordChange.at).toBe("reauthenticate");
  expect(passwordChange(initialPasswordChange, { type: "submitted" })).toBe(initialPasswordChange);
  expect(passwordChange(initialPasswordChange, { type: "verified" })).toEqual(choosing);
});

it("saves once at a time", () => {
  expect(passwordChange(choosing, { type: "submitted" })).toEqual(saving);
  expect(passwordChange(saving, { type: "submitted" })).toBe(saving);
  expect(passwordChange(saving, { type: "verified" })).toBe(saving);
});

it("shows the receipt, once", () => {
  const outcome = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 0 };
  const done: PasswordChange = { at: "done", task: undefined, outcome };
  expect(passwordChange(saving, { type: "succeeded", outcome })).toEqual(done);
  expect(passwordChange(choosing, { type: "succeeded", outcome })).toBe(choosing);
  expect(passwordChange(done, { type: "submitted" })).toBe(done);
  expect(passwordChange(done, failed("step_up_required"))).toBe(done);
});

it("stays at the new password if it is rejected", () =>
  expect(passwordChange(saving, failed("password_unacceptable"))).toEqual({
    ...choosing,
    error: { code: "password_unacceptable" },
  }));

it("returns to reauthentication if the step-up token expired", () =>
  expect(passwordChange(saving, failed("step_up_required"))).toEqual({
    at: "reauthenticate",
    expired: true,
  }));

it("ignores a late error", () =>
  expect(passwordChange(choosing, failed("password_unacceptable"))).toBe(choosing));
