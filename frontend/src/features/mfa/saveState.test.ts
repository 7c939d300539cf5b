import { expect, it } from "vitest";
import { canClose, initialSaveState, remind, reminderCount, setSaved } from "./saveState";

const codes = ["0A1B-2C3D-4E5F-6G7H"];

it("can't be closed before the codes are saved", () => {
  const unsaved = initialSaveState(codes);
  expect(canClose(unsaved)).toBe(false);
  expect(canClose(remind(unsaved))).toBe(false);
  expect(canClose(setSaved(unsaved, true))).toBe(true);
  expect(canClose(setSaved(setSaved(unsaved, true), false))).toBe(false);
});

it("counts early attempts to close until the codes are saved", () => {
  const twice = remind(remind(initialSaveState(codes)));
  expect(reminderCount(twice)).toBe(2);
  expect(reminderCount(remind(setSaved(twice, true)))).toBe(0);
});

it("can be closed if there are no codes", () => {
  for (const none of [undefined, []]) {
    expect(canClose(initialSaveState(none))).toBe(true);
    expect(setSaved(initialSaveState(none), false)).toEqual({ at: "notNeeded" });
  }
});
