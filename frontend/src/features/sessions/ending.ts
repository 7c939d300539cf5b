import type { Receipt, Trouble } from "../../api/client";

/** Ending sessions: one at a press, all others after a question in place. */
export type Ending =
  | { at: "idle" }
  | { at: "ending"; id: string }
  | { at: "ended"; device: string }
  | { at: "asking"; trouble?: Trouble }
  | { at: "endingOthers" }
  | { at: "endedOthers"; receipt: Receipt }
  | { at: "failed"; trouble: Trouble };

export type EndingEvent =
  | { type: "end"; id: string }
  | { type: "ended"; device: string }
  | { type: "ask" }
  | { type: "decline" }
  | { type: "endOthers" }
  | { type: "endedOthers"; receipt: Receipt }
  | { type: "refused"; trouble: Trouble };

const busy = (state: Ending) => state.at === "ending" || state.at === "endingOthers";

export function ending(state: Ending, event: EndingEvent): Ending {
  switch (event.type) {
    case "end":
      return busy(state) ? state : { at: "ending", id: event.id };
    case "ended":
      return state.at === "ending" ? { at: "ended", device: event.device } : state;
    case "ask":
      return busy(state) ? state : { at: "asking" };
    case "decline":
      return state.at === "asking" ? { at: "idle" } : state;
    case "endOthers":
      return state.at === "asking" ? { at: "endingOthers" } : state;
    case "endedOthers":
      return state.at === "endingOthers" ? { at: "endedOthers", receipt: event.receipt } : state;
    case "refused":
      if (state.at === "endingOthers") return { at: "asking", trouble: event.trouble };
      return state.at === "ending" ? { at: "failed", trouble: event.trouble } : state;
  }
}
