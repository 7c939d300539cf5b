import type { GeneratedRecoveryCodes } from "../../api/client";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { words } from "../../words";
import { codes as t } from "../../words/codes";
import { timesReminded, type Keeping } from "./keeping";
import { SaveCodes } from "./SaveCodes";

export interface NewCodesProps {
  result: GeneratedRecoveryCodes;
  keeping: Keeping;
  onTick: (saved: boolean) => void;
  onDone: () => void;
}

export function NewCodes({ result, keeping, onTick, onDone }: NewCodesProps) {
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <DialogBody>
        <p className="lead" tabIndex={-1} data-autofocus={timesReminded(keeping) === 0 || undefined}>
          {t.lead} <strong>{t.once}</strong>
        </p>
        <SaveCodes codes={result.recovery_codes} keeping={keeping} onTick={onTick} />
      </DialogBody>
      <DialogFoot>
        <Button type="submit" kind="primary">
          {words.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
