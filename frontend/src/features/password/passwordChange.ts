import type { Receipt } from "../../api/client";
import { startedAction, type RequestEvent, type StartedAction } from "../../api/confirmAction";

/** Changing the password: reauthenticate, choose the new one, receipt. The step-up token is kept outside of the state. */
export type PasswordChange =
  /** `expired` if the step-up token was too old and the user has to reauthenticate once more. */
  { at: "reauthenticate"; expired: boolean } | StartedAction<undefined, Receipt>;

export type PasswordChangeEvent = { type: "verified" } | RequestEvent<Receipt>;

export const initialPasswordChange: PasswordChange = { at: "reauthenticate", expired: false };

export function passwordChange(state: PasswordChange, event: PasswordChangeEvent): PasswordChange {
  if (event.type === "verified")
    return state.at === "reauthenticate" ? { at: "confirming", task: undefined } : state;
  if (state.at === "reauthenticate") return state;
  if (state.at === "working" && event.type === "failed" && event.error.code === "step_up_required")
    return { at: "reauthenticate", expired: true };
  return startedAction(state, event);
}
