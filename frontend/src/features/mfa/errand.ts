// One thing at a time that a person does on the MFA card, without a browser: rename a method, remove one, or generate
// recovery codes anew. Each is asked, worked on, and then told.
import type { GeneratedRecoveryCodes, MfaMethod, Receipt, Trouble } from "../../api/client";
import { keep, mayLeave, remind, tick, type Keeping } from "./keeping";

export type Task =
  | { kind: "rename"; method: MfaMethod }
  | { kind: "remove"; method: MfaMethod; others: MfaMethod[]; codesLeft: number; required: boolean }
  | { kind: "generate" };

export type Outcome =
  { kind: "renamed"; name: string } | { kind: "removed"; name: string; off: boolean; receipt: Receipt };

export type Errand =
  | { at: "idle" }
  | { at: "asked"; task: Task; trouble?: Trouble }
  | { at: "working"; task: Task }
  | { at: "codes"; result: GeneratedRecoveryCodes; keeping: Keeping }
  | { at: "told"; outcome: Outcome };

/** Those that a dialog is shown for: all but a new name, which is typed and told in place. */
export type DialogErrand = Exclude<Errand, { at: "idle" }>;

export function isDialog(state: Errand): state is DialogErrand {
  switch (state.at) {
    case "idle":
      return false;
    case "codes":
      return true;
    case "told":
      return state.outcome.kind !== "renamed";
    default:
      return state.task.kind !== "rename";
  }
}

export type ErrandEvent =
  | { type: "asked"; task: Task }
  | { type: "submitted" }
  /** No proof was given: back to the question, as if nothing had been pressed. */
  | { type: "declined" }
  | { type: "refused"; trouble: Trouble }
  | { type: "done"; outcome: Outcome }
  | { type: "generated"; result: GeneratedRecoveryCodes }
  | { type: "ticked"; saved: boolean }
  | { type: "closed" };

export const idle: Errand = { at: "idle" };

/** The next state. What does not fit the state it meets is ignored: the same state comes back. */
export function step(state: Errand, event: ErrandEvent): Errand {
  switch (event.type) {
    case "asked":
      return state.at === "working" || state.at === "codes" ? state : { at: "asked", task: event.task };
    case "submitted":
      return state.at === "asked" ? { at: "working", task: state.task } : state;
    case "declined":
      return state.at === "working" ? { at: "asked", task: state.task } : state;
    case "refused":
      return state.at === "working" ? { at: "asked", task: state.task, trouble: event.trouble } : state;
    case "done":
      return state.at === "working" ? { at: "told", outcome: event.outcome } : state;
    case "generated": {
      const { result } = event;
      return state.at === "working" ? { at: "codes", result, keeping: keep(result.recovery_codes) } : state;
    }
    case "ticked":
      return state.at === "codes" ? { ...state, keeping: tick(state.keeping, event.saved) } : state;
    case "closed":
      if (state.at === "asked" || state.at === "told") return idle;
      if (state.at !== "codes") return state;
      return mayLeave(state.keeping) ? idle : { ...state, keeping: remind(state.keeping) };
  }
}
