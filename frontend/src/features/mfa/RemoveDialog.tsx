import type { MfaMethod, RequestError } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { ResultBody } from "../../ui/ResultBody";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useCountdown } from "../../ui/Countdown";
import { messages } from "../../i18n";
import { removeMethod as t } from "../../i18n/removeMethod";
import type { Outcome } from "./methodAction";

interface RemoveDialogProps {
  method: MfaMethod;
  /** The methods that remain. */
  others: MfaMethod[];
  codesLeft: number;
  required: boolean;
  busy: boolean;
  error: RequestError | undefined;
  onRemove: () => void;
  onClose: () => void;
}

/** Explains what removing the method means, before the step-up. */
export function RemoveDialog({
  method,
  others,
  codesLeft,
  required,
  busy,
  error,
  onRemove,
  onClose,
}: RemoveDialogProps) {
  const secondsLeft = useCountdown(error);
  const usable = others.filter(({ suspended }) => !suspended);
  if (required && others.length === 0)
    return (
      <Dialog
        kind="short"
        title={t.requiredTitle(method.name)}
        closeLabel={messages.common.close}
        onClose={onClose}
      >
        <DialogBody>
          <p>{t.required}</p>
        </DialogBody>
        <DialogFoot>
          <Button kind="primary" onClick={onClose}>
            {messages.common.close}
          </Button>
        </DialogFoot>
      </Dialog>
    );
  return (
    <Dialog kind="short" title={t.title(method.name)} closeLabel={messages.common.close} onClose={onClose}>
      <DialogBody>
        {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
        <p>
          {others.length === 0
            ? t.lastMethod
            : usable.length === 0
              ? codesLeft > 0
                ? t.onlySuspended
                : t.noFactorLeft
              : t.otherMethods(usable.map(({ name }) => name))}
        </p>
        <p className="hint">{t.otherSessions}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{messages.common.cancel}</Button>
        <Button
          kind="danger"
          busy={busy}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
          onClick={onRemove}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

/** Shows the receipt of a removal. The card behind it changes when this dialog closes. */
export function RemovedDialog({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const account = useAccount().data;
  if (outcome.kind !== "removed") return null;
  return (
    <Dialog kind="short" title={t.doneTitle} closeLabel={messages.common.close} onClose={onClose}>
      <ResultBody
        done={t.done(outcome.name, outcome.off)}
        receipt={outcome.receipt}
        addresses={[account?.email, account?.notice_email]}
        onClose={onClose}
      />
    </Dialog>
  );
}
