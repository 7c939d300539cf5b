import type { ConfirmedMethod, MfaMethod } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { ShieldIcon } from "../../ui/icons";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { newRecoveryCodes as c } from "../../i18n/newRecoveryCodes";
import { receiptText } from "../../i18n/receipt";
import { reminderCount, type SaveState } from "./saveState";
import { SaveRecoveryCodes } from "./SaveRecoveryCodes";
import { SavedCheckbox } from "./SavedCheckbox";

interface SuccessStepProps {
  result: ConfirmedMethod;
  replaces: MfaMethod | undefined;
  saveState: SaveState;
  onSaved: (saved: boolean) => void;
  onDone: () => void;
}

/** The result of an enrollment. For the first method it shows the recovery codes, which have to be saved. */
export function SuccessStep({ result, replaces, saveState, onSaved, onDone }: SuccessStepProps) {
  const account = useAccount().data;
  const { method, receipt, recovery_codes: codes } = result;
  const effects = receiptText(receipt, { addresses: [account?.email, account?.notice_email] });
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <DialogBody>
        <div className={codes ? "result result--first" : "result"} role="status">
          <span className="result__icon">
            <ShieldIcon />
          </span>
          <h3
            className="dialog__subtitle"
            tabIndex={-1}
            data-autofocus={reminderCount(saveState) === 0 || undefined}
          >
            {replaces ? t.replacedTitle : t.successTitle}
          </h3>
          <p>{replaces ? t.replaced(method.name, replaces.name) : t.success(method.name)}</p>
          {effects && (
            <p className="hint">
              <TextWithAddresses text={effects} />
            </p>
          )}
        </div>
        {codes && (
          <>
            <div className="stack stack--tight">
              <h3 className="dialog__subtitle">{c.heading}</h3>
              <p className="lead">
                {c.lead} <strong>{c.shownOnce}</strong>
              </p>
            </div>
            <SaveRecoveryCodes codes={codes} />
          </>
        )}
      </DialogBody>
      {codes && <SavedCheckbox saveState={saveState} onSaved={onSaved} />}
      <DialogFoot>
        <Button type="submit" kind="primary">
          {messages.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
