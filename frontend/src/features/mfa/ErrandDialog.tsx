import { useEffect } from "react";
import { CodesDialog } from "./CodesDialog";
import type { DialogErrand } from "./errand";
import { RemoveDialog, RemovedDialog } from "./RemoveDialog";
import type { useErrand } from "./useErrand";

export interface ErrandDialogProps {
  state: DialogErrand;
  errand: ReturnType<typeof useErrand>;
}

export function ErrandDialog({ state, errand }: ErrandDialogProps) {
  useEffect(() => CodesDialog.prefetch(), []);
  if (state.at === "codes") return <CodesDialog {...{ state, errand }} />;
  if (state.at === "told") return <RemovedDialog outcome={state.outcome} onClose={errand.close} />;
  const { task } = state;
  switch (task.kind) {
    case "rename":
      return null;
    case "generate":
      return <CodesDialog {...{ state, errand }} />;
    case "remove":
      return (
        <RemoveDialog
          method={task.method}
          others={task.others}
          codesLeft={task.codesLeft}
          required={task.required}
          busy={state.at === "working"}
          trouble={state.at === "asked" ? state.trouble : undefined}
          onRemove={() => void errand.remove()}
          onClose={errand.close}
        />
      );
  }
}
