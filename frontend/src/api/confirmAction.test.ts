import { describe, expect, it } from "vitest";
import { confirmAction, failureOf, idle, type ConfirmAction, type ConfirmEvent } from "./confirmAction";

type State = ConfirmAction<string, number>;
type Event = ConfirmEvent<string, number>;

const error = { code: "name_taken" } as const;
const confirming: State = { at: "confirming", task: "a" };
const other: State = { at: "confirming", task: "b" };
const failed: State = { at: "confirming", task: "a", error };
const working: State = { at: "working", task: "a" };
const done: State = { at: "done", task: "a", outcome: 1 };

const states: Record<string, State> = { idle, confirming, failed, working, done };

const events: Record<Event["type"], Event> = {
  opened: { type: "opened", task: "b" },
  submitted: { type: "submitted" },
  cancelled: { type: "cancelled" },
  failed: { type: "failed", error },
  succeeded: { type: "succeeded", outcome: 1 },
  closed: { type: "closed" },
};

/** The next state of each state and event. A missing event leaves the state as it is. */
const transitions: Record<string, Partial<Record<Event["type"], State>>> = {
  idle: { opened: other },
  confirming: { opened: other, submitted: working, closed: idle },
  failed: { opened: other, submitted: working, closed: idle },
  working: { cancelled: confirming, failed, succeeded: done },
  done: { opened: other, closed: idle },
};

describe("confirmAction", () => {
  for (const [name, state] of Object.entries(states))
    for (const [type, event] of Object.entries(events) as [Event["type"], Event][]) {
      const next = transitions[name]?.[type];
      it(`${name} + ${type} → ${next?.at ?? "ignored"}`, () => {
        if (next) expect(confirmAction(state, event)).toEqual(next);
        else expect(confirmAction(state, event)).toBe(state);
      });
    }
});

it("failureOf returns the error of the last attempt", () => {
  expect(failureOf(failed)).toBe(error);
  for (const state of [idle, confirming, working, done]) expect(failureOf(state)).toBeUndefined();
});
