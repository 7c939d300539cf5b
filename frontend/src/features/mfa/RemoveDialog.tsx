import type { MfaMethod, Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { words } from "../../words";
import { remove as t } from "../../words/remove";

interface RemoveDialogProps {
  method: MfaMethod;
  /** The methods that stay. */
  others: MfaMethod[];
  busy: boolean;
  trouble: Trouble | undefined;
  onRemove: () => void;
  onClose: () => void;
}

/** Says what follows before anything is asked or done. */
export function RemoveDialog({ method, others, busy, trouble, onRemove, onClose }: RemoveDialogProps) {
  const left = useCountdown(trouble);
  const working = others.filter(({ suspended }) => !suspended);
  return (
    <Dialog kind="short" title={t.title(method.name)} closeLabel={words.common.close} onClose={onClose}>
      <DialogBody>
        {trouble && <TroubleNotice trouble={trouble} left={left} />}
        <p>
          {others.length === 0
            ? t.lastOne
            : working.length === 0
              ? t.onlySuspended
              : t.oneOf(working.map(({ name }) => name))}
        </p>
        <p className="hint">{t.others}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{words.common.cancel}</Button>
        <Button
          kind="danger"
          busy={busy}
          busyLabel={words.common.working}
          disabled={left > 0}
          onClick={onRemove}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
