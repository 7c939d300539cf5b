import type { ConfirmedMethod, MfaMethod } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { ShieldIcon } from "../../ui/icons";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { newRecoveryCodes as c } from "../../i18n/newRecoveryCodes";
import { tellReceipt } from "../../i18n/receipt";
import { timesReminded, type Keeping } from "./keeping";
import { SaveCodes } from "./SaveCodes";
import { SavedBox } from "./SavedBox";

interface SuccessStepProps {
  result: ConfirmedMethod;
  replaces: MfaMethod | undefined;
  keeping: Keeping;
  onTick: (saved: boolean) => void;
  onDone: () => void;
}

/** What happened, told calmly, and with the first method the codes for the day it is gone. */
export function SuccessStep({ result, replaces, keeping, onTick, onDone }: SuccessStepProps) {
  const account = useAccount().data;
  const { method, receipt, recovery_codes: codes } = result;
  const told = tellReceipt(receipt, { addresses: [account?.email, account?.notice_email] });
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <DialogBody>
        <div className={codes ? "done done--first" : "done"} role="status">
          <span className="done__sign">
            <ShieldIcon />
          </span>
          <h3
            className="dialog__subtitle"
            tabIndex={-1}
            data-autofocus={timesReminded(keeping) === 0 || undefined}
          >
            {replaces ? t.replacedTitle : t.successTitle}
          </h3>
          <p>{replaces ? t.replaced(method.name, replaces.name) : t.success(method.name)}</p>
          {told && <p className="hint">{told}</p>}
        </div>
        {codes && (
          <>
            <div className="stack stack--tight">
              <h3 className="dialog__subtitle">{c.heading}</h3>
              <p className="lead">
                {c.lead} <strong>{c.shownOnce}</strong>
              </p>
            </div>
            <SaveCodes codes={codes} />
          </>
        )}
      </DialogBody>
      {codes && <SavedBox keeping={keeping} onTick={onTick} />}
      <DialogFoot>
        <Button type="submit" kind="primary">
          {messages.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
