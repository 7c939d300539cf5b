import { useEffect } from "preact/hooks";
import { failureOf } from "../../api/confirmAction";
import type { DialogAction } from "./methodAction";
import { RecoveryCodesDialog } from "./RecoveryCodesDialog";
import { RemoveDialog, RemovedDialog } from "./RemoveDialog";
import type { MethodActions } from "./useMethodAction";

export interface MethodActionDialogProps {
  state: DialogAction;
  action: MethodActions;
}

/** The dialog of the action that is under way on the MFA card. */
export function MethodActionDialog({ state, action }: MethodActionDialogProps) {
  useEffect(() => RecoveryCodesDialog.prefetch(), []);
  const { task } = state;
  switch (task.kind) {
    case "rename":
      return null;
    case "generate":
      return <RecoveryCodesDialog state={state} action={action} />;
    case "remove":
      if (state.at === "done") return <RemovedDialog outcome={state.outcome} onClose={action.close} />;
      return (
        <RemoveDialog
          method={task.method}
          others={task.others}
          codesLeft={task.codesLeft}
          required={task.required}
          busy={state.at === "working"}
          error={failureOf(state)}
          onRemove={() => void action.remove()}
          onClose={action.close}
        />
      );
  }
}
