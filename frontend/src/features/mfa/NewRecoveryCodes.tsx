import type { GeneratedRecoveryCodes } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { receiptText } from "../../i18n/receipt";
import { reminderCount, type SaveState } from "./saveState";
import { SaveRecoveryCodes } from "./SaveRecoveryCodes";
import { SavedCheckbox } from "./SavedCheckbox";
import "../../ui/css/recovery-codes.css";

export interface NewRecoveryCodesProps {
  result: GeneratedRecoveryCodes;
  saveState: SaveState;
  onSaved: (saved: boolean) => void;
  onDone: () => void;
}

export function NewRecoveryCodes({ result, saveState, onSaved, onDone }: NewRecoveryCodesProps) {
  const account = useAccount().data;
  const effects = receiptText(result.receipt, { addresses: [account?.email, account?.notice_email] });
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <DialogBody>
        <p className="lead" tabIndex={-1} data-autofocus={reminderCount(saveState) === 0 || undefined}>
          {t.lead} <strong>{t.shownOnce}</strong>
        </p>
        <SaveRecoveryCodes codes={result.recovery_codes} />
        <p className="hint">
          <TextWithAddresses text={`${t.oldCodesInvalid} ${effects}`} />
        </p>
      </DialogBody>
      <SavedCheckbox saveState={saveState} onSaved={onSaved} />
      <DialogFoot>
        <Button type="submit" kind="primary">
          {messages.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
