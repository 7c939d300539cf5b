import { expect, it } from "vitest";
import type { MfaMethod } from "../../api/client";
import { nameError } from "./name";

it("tells what is wrong with a name before the server does", () => {
  const methods = [{ name: "Work phone" }] as MfaMethod[];
  expect(nameError("", methods)).toBeUndefined();
  expect(nameError("Tablet", methods)).toBeUndefined();
  expect(nameError("  work PHONE ", methods)).toMatch(/with this name/);
  expect(nameError("W".repeat(65), methods)).toMatch(/at most 64/);
  expect(nameError("\u{1F469}".repeat(64), methods)).toBeUndefined();
  expect(nameError("a\u0007b", methods)).toMatch(/letters/);
});
