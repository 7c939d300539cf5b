import { describe, expect, it } from "vitest";
import type { GeneratedRecoveryCodes, MfaMethod, Receipt } from "../../api/client";
import { isDialog, step, type Errand, type ErrandEvent, type Outcome, type Task } from "./errand";

const receipt: Receipt = { sessions_ended: 1, notices_sent: 1, recovery_codes_left: 10 };
const result: GeneratedRecoveryCodes = { recovery_codes: ["0A1B-2C3D-4E5F-6G7H"], receipt };
const task: Task = { kind: "rename", method: { id: "m1", name: "Phone" } as MfaMethod };
const other: Task = { kind: "generate" };
const outcome: Outcome = { kind: "renamed", name: "Work phone" };
const trouble = { code: "name_taken" } as const;
const unsaved = { at: "unsaved", reminded: 0 } as const;

const states: Record<Errand["at"], Errand> = {
  idle: { at: "idle" },
  asked: { at: "asked", task },
  working: { at: "working", task },
  codes: { at: "codes", result, keeping: unsaved },
  told: { at: "told", outcome },
};

const events: Record<ErrandEvent["type"], ErrandEvent> = {
  asked: { type: "asked", task: other },
  submitted: { type: "submitted" },
  declined: { type: "declined" },
  refused: { type: "refused", trouble },
  done: { type: "done", outcome },
  generated: { type: "generated", result },
  ticked: { type: "ticked", saved: true },
  closed: { type: "closed" },
};

/** What each event does in each state; what isn't here is ignored. */
const table: Record<Errand["at"], Partial<Record<ErrandEvent["type"], Errand>>> = {
  idle: { asked: { at: "asked", task: other } },
  asked: {
    asked: { at: "asked", task: other },
    submitted: { at: "working", task },
    closed: { at: "idle" },
  },
  working: {
    declined: { at: "asked", task },
    refused: { at: "asked", task, trouble },
    done: { at: "told", outcome },
    generated: { at: "codes", result, keeping: unsaved },
  },
  codes: {
    ticked: { at: "codes", result, keeping: { at: "saved" } },
    closed: { at: "codes", result, keeping: { at: "unsaved", reminded: 1 } },
  },
  told: { asked: { at: "asked", task: other }, closed: { at: "idle" } },
};

describe("step", () => {
  for (const [at, state] of Object.entries(states) as [Errand["at"], Errand][])
    for (const [type, event] of Object.entries(events) as [ErrandEvent["type"], ErrandEvent][]) {
      const want = table[at][type];
      it(`${at} + ${type} → ${want?.at ?? "ignored"}`, () => {
        const got = step(state, event);
        if (want) expect(got).toEqual(want);
        else expect(got).toBe(state);
      });
    }

  it("saved codes close", () =>
    expect(step({ at: "codes", result, keeping: { at: "saved" } }, { type: "closed" })).toEqual({
      at: "idle",
    }));

  it("a refusal is gone with the next try", () => {
    const refused: Errand = { at: "asked", task, trouble };
    expect(step(refused, { type: "submitted" })).toEqual({ at: "working", task });
  });
});

it("only a name is changed and told without a dialog", () => {
  const removed: Outcome = { kind: "removed", name: "Phone", off: true, receipt };
  const shown: Errand[] = [
    { at: "asked", task: other },
    { at: "working", task: other },
    states.codes,
    { at: "told", outcome: removed },
  ];
  expect(shown.filter((state) => !isDialog(state))).toEqual([]);
  expect([states.idle, states.asked, states.working, states.told].filter(isDialog)).toEqual([]);
});
