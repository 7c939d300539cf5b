import { Checkbox } from "../../ui/Checkbox";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { timesReminded, type Keeping } from "./keeping";

interface SavedBoxProps {
  keeping: Keeping;
  onTick: (saved: boolean) => void;
}

/** Stands beside the button that it unlocks, always in sight. */
export function SavedBox({ keeping, onTick }: SavedBoxProps) {
  const reminded = timesReminded(keeping) > 0;
  return (
    <div className="dialog__note">
      <Checkbox
        checked={keeping.at === "saved"}
        onChange={onTick}
        error={reminded ? t.reminder : undefined}
        first={reminded}
      >
        {t.saved}
      </Checkbox>
    </div>
  );
}
