// The states of requesting the removal of MFA, for a user who lost the phone and the recovery codes, and of cancelling it
// with a code. If the pending sign-in expires, the sign-in page returns to the password. That is not a state here.
import type { MfaRemoval, RequestError } from "../../api/client";

export type MfaRemovalState =
  | { at: "explained"; error?: RequestError }
  | { at: "requesting" }
  | { at: "announced"; removal: MfaRemoval }
  | { at: "unavailable"; error: RequestError }
  /** `from` is the state that "back" returns to. */
  | { at: "cancel"; from: CancelOrigin; error?: RequestError }
  | { at: "cancelling"; from: CancelOrigin }
  | { at: "cancelled" };

type CancelOrigin = { at: "explained" } | { at: "announced"; removal: MfaRemoval };

export type MfaRemovalEvent =
  | { type: "submitted" }
  | { type: "announced"; removal: MfaRemoval }
  | { type: "failed"; error: RequestError }
  | { type: "cancelOpened" }
  | { type: "codeSubmitted" }
  | { type: "cancelled" }
  | { type: "wentBack" };

export const explained: MfaRemovalState = { at: "explained" };

/** Returns the next state. An event that does not fit returns the same state. */
export function mfaRemoval(state: MfaRemovalState, event: MfaRemovalEvent): MfaRemovalState {
  switch (event.type) {
    case "submitted":
      return state.at === "explained" ? { at: "requesting" } : state;
    case "announced":
      return state.at === "requesting" ? { at: "announced", removal: event.removal } : state;
    case "failed": {
      const { error } = event;
      if (state.at === "cancelling") return { at: "cancel", from: state.from, error };
      if (state.at !== "requesting") return state;
      return error.code === "removal_unavailable" ? { at: "unavailable", error } : { at: "explained", error };
    }
    case "cancelOpened":
      if (state.at === "explained") return { at: "cancel", from: { at: "explained" } };
      return state.at === "announced" ? { at: "cancel", from: state } : state;
    case "codeSubmitted":
      return state.at === "cancel" ? { at: "cancelling", from: state.from } : state;
    case "cancelled":
      return state.at === "cancelling" ? { at: "cancelled" } : state;
    case "wentBack":
      return state.at === "cancel" ? state.from : state;
  }
}
