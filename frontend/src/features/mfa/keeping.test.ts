import { expect, it } from "vitest";
import { keep, mayLeave, remind, tick, timesReminded } from "./keeping";

const codes = ["0A1B-2C3D-4E5F-6G7H"];

it("lets nobody leave before the box is ticked", () => {
  const unsaved = keep(codes);
  expect(mayLeave(unsaved)).toBe(false);
  expect(mayLeave(remind(unsaved))).toBe(false);
  expect(mayLeave(tick(unsaved, true))).toBe(true);
  expect(mayLeave(tick(tick(unsaved, true), false))).toBe(false);
});

it("answers each early leaving, until the box is ticked", () => {
  const twice = remind(remind(keep(codes)));
  expect(timesReminded(twice)).toBe(2);
  expect(timesReminded(remind(tick(twice, true)))).toBe(0);
});

it("keeps nobody where there is nothing to save", () => {
  for (const none of [undefined, []]) {
    expect(mayLeave(keep(none))).toBe(true);
    expect(tick(keep(none), false)).toEqual({ at: "nothing" });
  }
});
