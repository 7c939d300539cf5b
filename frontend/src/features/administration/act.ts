// What an administrator does to an account, without a browser: asked, worked on, and then told.
import type { Receipt, Trouble } from "../../api/client";

export type Kind = "endSessions" | "disable" | "enable" | "resetMfa";

export type Act =
  | { at: "idle" }
  | { at: "asked"; kind: Kind; trouble?: Trouble }
  | { at: "working"; kind: Kind }
  | { at: "told"; kind: Kind; receipt: Receipt };

export type ActEvent =
  | { type: "asked"; kind: Kind }
  | { type: "submitted" }
  /** No proof was given: back to the question, as if nothing had been pressed. */
  | { type: "declined" }
  | { type: "refused"; trouble: Trouble }
  | { type: "done"; receipt: Receipt }
  | { type: "closed" };

export const idle: Act = { at: "idle" };

/** The next state. What does not fit the state it meets is ignored: the same state comes back. */
export function step(state: Act, event: ActEvent): Act {
  switch (event.type) {
    case "asked":
      return state.at === "idle" ? { at: "asked", kind: event.kind } : state;
    case "submitted":
      return state.at === "asked" ? { at: "working", kind: state.kind } : state;
    case "declined":
      return state.at === "working" ? { at: "asked", kind: state.kind } : state;
    case "refused":
      return state.at === "working" ? { at: "asked", kind: state.kind, trouble: event.trouble } : state;
    case "done":
      return state.at === "working" ? { at: "told", kind: state.kind, receipt: event.receipt } : state;
    case "closed":
      return state.at === "working" ? state : idle;
  }
}

/** What the contract allows. */
const longest = 500;

export type Fault = "missing" | "tooLong" | "control";

/** What is wrong with a reason, before the server says so. */
export function faultIn(reason: string): Fault | undefined {
  const text = reason.trim();
  if (text === "") return "missing";
  if ([...text].length > longest) return "tooLong";
  return /\p{Cc}/u.test(text) ? "control" : undefined;
}
