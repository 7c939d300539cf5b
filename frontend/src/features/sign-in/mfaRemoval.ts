// Asking for MFA to be removed, with neither phone nor recovery codes, and cancelling that with a code: states, what can
// happen, and what follows. A pending sign-in that ends leads back to the password; that is not a state of this.
import type { MfaRemoval, Trouble } from "../../api/client";

export type Lost =
  | { at: "explained"; trouble?: Trouble }
  | { at: "asking" }
  | { at: "announced"; removal: MfaRemoval }
  | { at: "unavailable"; trouble: Trouble }
  /** What was shown before is where the way back leads. */
  | { at: "cancel"; from: Before; trouble?: Trouble }
  | { at: "cancelling"; from: Before }
  | { at: "cancelled" };

type Before = { at: "explained" } | { at: "announced"; removal: MfaRemoval };

export type LostEvent =
  | { type: "asked" }
  | { type: "announced"; removal: MfaRemoval }
  | { type: "refused"; trouble: Trouble }
  | { type: "cancelWanted" }
  | { type: "codeSent" }
  | { type: "cancelled" }
  | { type: "wentBack" };

export const explained: Lost = { at: "explained" };

/** The next state. What does not fit the state it meets is ignored: the same state comes back. */
export function step(state: Lost, event: LostEvent): Lost {
  switch (event.type) {
    case "asked":
      return state.at === "explained" ? { at: "asking" } : state;
    case "announced":
      return state.at === "asking" ? { at: "announced", removal: event.removal } : state;
    case "refused": {
      const { trouble } = event;
      if (state.at === "cancelling") return { at: "cancel", from: state.from, trouble };
      if (state.at !== "asking") return state;
      return trouble.code === "removal_unavailable"
        ? { at: "unavailable", trouble }
        : { at: "explained", trouble };
    }
    case "cancelWanted":
      if (state.at === "explained") return { at: "cancel", from: { at: "explained" } };
      return state.at === "announced" ? { at: "cancel", from: state } : state;
    case "codeSent":
      return state.at === "cancel" ? { at: "cancelling", from: state.from } : state;
    case "cancelled":
      return state.at === "cancelling" ? { at: "cancelled" } : state;
    case "wentBack":
      return state.at === "cancel" ? state.from : state;
  }
}
