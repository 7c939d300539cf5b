import { Checkbox } from "../../ui/Checkbox";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { reminderCount, type SaveState } from "./saveState";

interface SavedCheckboxProps {
  saveState: SaveState;
  onSaved: (saved: boolean) => void;
}

/** The checkbox "I saved them", next to the button that it unlocks. It does not scroll away. */
export function SavedCheckbox({ saveState, onSaved }: SavedCheckboxProps) {
  const reminded = reminderCount(saveState) > 0;
  return (
    <div className="dialog__note">
      <Checkbox
        checked={saveState.at === "saved"}
        onChange={onSaved}
        error={reminded ? t.reminder : undefined}
        initialFocus={reminded}
      >
        {t.saved}
      </Checkbox>
    </div>
  );
}
