import type { Receipt, Trouble } from "../../api/client";

/** Changing the password: prove, choose, and be told. The step-up token lives beside this, in a closure. */
export type Change =
  | { at: "prove"; trouble?: Trouble; again: boolean }
  | { at: "choose"; trouble?: Trouble }
  | { at: "saving" }
  | { at: "told"; receipt: Receipt };

export type ChangeEvent =
  | { type: "proven" }
  | { type: "save" }
  | { type: "saved"; receipt: Receipt }
  | { type: "refused"; trouble: Trouble };

export const begun: Change = { at: "prove", again: false };

export function change(state: Change, event: ChangeEvent): Change {
  switch (event.type) {
    case "proven":
      return state.at === "prove" ? { at: "choose" } : state;
    case "save":
      return state.at === "choose" ? { at: "saving" } : state;
    case "saved":
      return state.at === "saving" ? { at: "told", receipt: event.receipt } : state;
    case "refused":
      if (state.at !== "saving") return state;
      // The proof grew too old while the password was thought of: it is asked for again, and the password kept.
      if (event.trouble.code === "step_up_required") return { at: "prove", again: true };
      return { at: "choose", trouble: event.trouble };
  }
}
