// The actions on the MFA card, one at a time: rename or remove a method, or generate new recovery codes.
import { confirmAction, type ConfirmAction, type ConfirmEvent } from "../../api/confirmAction";
import type { GeneratedRecoveryCodes, MfaMethod, Receipt } from "../../api/client";
import { canClose, remind, setSaved, type SaveState } from "./saveState";

export type Task =
  | { kind: "rename"; method: MfaMethod }
  | { kind: "remove"; method: MfaMethod; others: MfaMethod[]; codesLeft: number; required: boolean }
  | { kind: "generate" };

export type Outcome =
  | { kind: "renamed"; name: string }
  | { kind: "removed"; name: string; off: boolean; receipt: Receipt }
  | { kind: "generated"; result: GeneratedRecoveryCodes; saveState: SaveState };

export type MethodAction = ConfirmAction<Task, Outcome>;
export type MethodActionEvent = ConfirmEvent<Task, Outcome> | { type: "savedToggled"; saved: boolean };

/** The states that a dialog shows. A method is renamed in place, without a dialog. */
export type DialogAction = Exclude<MethodAction, { at: "idle" }>;

export const isDialog = (state: MethodAction): state is DialogAction =>
  state.at !== "idle" && state.task.kind !== "rename";

/** Returns the next state. New recovery codes stay on the screen until the user confirms that they are saved. */
export function methodAction(state: MethodAction, event: MethodActionEvent): MethodAction {
  if (state.at !== "done" || state.outcome.kind !== "generated")
    return event.type === "savedToggled" ? state : confirmAction(state, event);
  const { outcome } = state;
  const withSaveState = (saveState: SaveState): MethodAction => ({
    ...state,
    outcome: { ...outcome, saveState },
  });
  switch (event.type) {
    case "savedToggled":
      return withSaveState(setSaved(outcome.saveState, event.saved));
    case "closed":
      return canClose(outcome.saveState)
        ? confirmAction(state, event)
        : withSaveState(remind(outcome.saveState));
    default:
      return state;
  }
}
