import { expect, it } from "vitest";
import type { MfaMethod } from "../../api/client";
import { methodNameError } from "./methodName";

it("finds what is wrong with a name before it is sent", () => {
  const methods = [{ name: "Work phone" }] as MfaMethod[];
  expect(methodNameError("", methods)).toBeUndefined();
  expect(methodNameError("Tablet", methods)).toBeUndefined();
  expect(methodNameError("  work PHONE ", methods)).toMatch(/with this name/);
  expect(methodNameError("W".repeat(65), methods)).toMatch(/at most 64/);
  expect(methodNameError("\u{1F469}".repeat(64), methods)).toBeUndefined();
  expect(methodNameError("a\u0007b", methods)).toMatch(/letters/);
});
