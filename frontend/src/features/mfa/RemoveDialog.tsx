import type { MfaMethod, Trouble } from "../../api/client";
import { useAccount } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Told } from "../../ui/Told";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { messages } from "../../i18n";
import { removeMethod as t } from "../../i18n/removeMethod";
import type { Outcome } from "./errand";

interface RemoveDialogProps {
  method: MfaMethod;
  /** The methods that stay. */
  others: MfaMethod[];
  codesLeft: number;
  required: boolean;
  busy: boolean;
  trouble: Trouble | undefined;
  onRemove: () => void;
  onClose: () => void;
}

/** Says what follows before anything is asked or done. */
export function RemoveDialog({
  method,
  others,
  codesLeft,
  required,
  busy,
  trouble,
  onRemove,
  onClose,
}: RemoveDialogProps) {
  const left = useCountdown(trouble);
  const working = others.filter(({ suspended }) => !suspended);
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
        {trouble && <TroubleNotice trouble={trouble} left={left} />}
        <p>
          {others.length === 0
            ? t.lastMethod
            : working.length === 0
              ? codesLeft > 0
                ? t.onlySuspended
                : t.noFactorLeft
              : t.otherMethods(working.map(({ name }) => name))}
        </p>
        <p className="hint">{t.otherSessions}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{messages.common.cancel}</Button>
        <Button
          kind="danger"
          busy={busy}
          busyLabel={messages.common.working}
          disabled={left > 0}
          onClick={onRemove}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

/** Says what was done. Behind it the card is as it was, until this closes. */
export function RemovedDialog({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const account = useAccount().data;
  if (outcome.kind !== "removed") return null;
  return (
    <Dialog kind="short" title={t.doneTitle} closeLabel={messages.common.close} onClose={onClose}>
      <Told
        done={t.done(outcome.name, outcome.off)}
        receipt={outcome.receipt}
        addresses={[account?.email, account?.notice_email]}
        onClose={onClose}
      />
    </Dialog>
  );
}
