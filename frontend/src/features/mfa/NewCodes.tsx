import type { GeneratedRecoveryCodes } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { messages } from "../../i18n";
import { newRecoveryCodes as t } from "../../i18n/newRecoveryCodes";
import { tellReceipt } from "../../i18n/receipt";
import { timesReminded, type Keeping } from "./keeping";
import { SaveCodes } from "./SaveCodes";
import { SavedBox } from "./SavedBox";
import "../../ui/css/codes.css";

export interface NewCodesProps {
  result: GeneratedRecoveryCodes;
  keeping: Keeping;
  onTick: (saved: boolean) => void;
  onDone: () => void;
}

export function NewCodes({ result, keeping, onTick, onDone }: NewCodesProps) {
  const account = useAccount().data;
  const told = tellReceipt(result.receipt, { addresses: [account?.email, account?.notice_email] });
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
          {t.lead} <strong>{t.shownOnce}</strong>
        </p>
        <SaveCodes codes={result.recovery_codes} />
        <p className="hint">
          {t.oldCodesInvalid} {told}
        </p>
      </DialogBody>
      <SavedBox keeping={keeping} onTick={onTick} />
      <DialogFoot>
        <Button type="submit" kind="primary">
          {messages.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
