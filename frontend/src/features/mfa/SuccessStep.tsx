import type { ConfirmedMethod } from "../../api/client";
import { Button } from "../../ui/Button";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { ShieldIcon } from "../../ui/icons";
import { words } from "../../words";

const t = words.enroll;

/** What happened, told calmly. */
export function SuccessStep({ result, onDone }: { result: ConfirmedMethod; onDone: () => void }) {
  const others = words.receipt.sessionsEnded(result.receipt.sessions_ended);
  return (
    <form
      className="dialog__form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone();
      }}
    >
      <DialogBody>
        <div className="done" role="status">
          <span className="done__sign">
            <ShieldIcon />
          </span>
          <h3 className="dialog__subtitle" tabIndex={-1} data-autofocus>
            {t.successTitle}
          </h3>
          <p>{t.success(result.method.name)}</p>
          {others && <p className="hint">{others}</p>}
        </div>
      </DialogBody>
      <DialogFoot>
        <Button type="submit" kind="primary">
          {words.common.done}
        </Button>
      </DialogFoot>
    </form>
  );
}
