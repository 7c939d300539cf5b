import { expect, it } from "vitest";
import { dialogOpened, whenNoDialog } from "./openDialogs";

it("runs at once if no dialog is open", () => {
  let runs = 0;
  whenNoDialog(() => (runs += 1));
  expect(runs).toBe(1);
});

it("waits for the last dialog, and then runs once", () => {
  let runs = 0;
  const run = () => (runs += 1);
  const first = dialogOpened();
  const second = dialogOpened();
  whenNoDialog(run);
  whenNoDialog(run);
  second();
  expect(runs).toBe(0);
  first();
  expect(runs).toBe(1);
  dialogOpened()();
  expect(runs).toBe(1);
});
