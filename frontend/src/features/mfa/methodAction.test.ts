import { describe, expect, it } from "vitest";
import type { GeneratedRecoveryCodes, MfaMethod, Receipt } from "../../api/client";
import { isDialog, methodAction, type MethodAction, type Outcome, type Task } from "./methodAction";
import type { SaveState } from "./saveState";

const receipt: Receipt = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 10 };
const result: GeneratedRecoveryCodes = { recovery_codes: ["0A1B-2C3D-4E5F-6G7H"], receipt };
const rename: Task = { kind: "rename", method: { id: "m1", name: "Phone" } as MfaMethod };
const generate: Task = { kind: "generate" };
const renamed: Outcome = { kind: "renamed", name: "Work phone" };
const unsaved: SaveState = { at: "unsaved", reminders: 0 };

const codesShown = (saveState: SaveState): MethodAction => ({
  at: "done",
  task: generate,
  outcome: { kind: "generated", result, saveState },
});

describe("new recovery codes", () => {
  it("stay until they are saved", () => {
    const shown = codesShown(unsaved);
    expect(methodAction(shown, { type: "closed" })).toEqual(codesShown({ at: "unsaved", reminders: 1 }));
    const saved = methodAction(shown, { type: "savedToggled", saved: true });
    expect(saved).toEqual(codesShown({ at: "saved" }));
    expect(methodAction(saved, { type: "closed" })).toEqual({ at: "idle" });
  });

  it("are not replaced by another action", () => {
    const shown = codesShown(unsaved);
    for (const event of [
      { type: "opened", task: rename },
      { type: "submitted" },
      { type: "cancelled" },
      { type: "failed", error: { code: "internal" } },
      { type: "succeeded", outcome: renamed },
    ] as const)
      expect(methodAction(shown, event)).toBe(shown);
  });
});

it("other actions follow confirmAction", () => {
  const working: MethodAction = { at: "working", task: rename };
  const confirming = methodAction({ at: "idle" }, { type: "opened", task: rename });
  expect(confirming).toEqual({ at: "confirming", task: rename });
  expect(methodAction(confirming, { type: "submitted" })).toEqual(working);
  const done = methodAction(working, { type: "succeeded", outcome: renamed });
  expect(done).toEqual({ at: "done", task: rename, outcome: renamed });
  expect(methodAction(done, { type: "savedToggled", saved: true })).toBe(done);
  expect(methodAction(done, { type: "opened", task: generate })).toEqual({
    at: "confirming",
    task: generate,
  });
});

it("only renaming has no dialog", () => {
  const remove: Task = { kind: "remove", method: rename.method, others: [], codesLeft: 0, required: false };
  for (const task of [generate, remove]) {
    expect(isDialog({ at: "confirming", task })).toBe(true);
    expect(isDialog({ at: "working", task })).toBe(true);
  }
  expect(isDialog(codesShown(unsaved))).toBe(true);
  expect(isDialog({ at: "idle" })).toBe(false);
  expect(isDialog({ at: "confirming", task: rename })).toBe(false);
  expect(isDialog({ at: "done", task: rename, outcome: renamed })).toBe(false);
});
