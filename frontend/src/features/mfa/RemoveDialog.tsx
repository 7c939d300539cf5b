import type { MfaMethod, Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { words } from "../../words";

const t = words.remove;

interface RemoveDialogProps {
  method: MfaMethod;
  /** How many methods stay. */
  others: number;
  busy: boolean;
  trouble: Trouble | undefined;
  onRemove: () => void;
  onClose: () => void;
}

/** Says what follows before anything is asked or done. */
export function RemoveDialog({ method, others, busy, trouble, onRemove, onClose }: RemoveDialogProps) {
  const left = useCountdown(trouble);
  return (
    <Dialog kind="short" title={t.title(method.name)} closeLabel={words.common.close} onClose={onClose}>
      <DialogBody>
        {trouble && <TroubleNotice trouble={trouble} left={left} />}
        <p>{others === 0 ? t.lastOne : t.oneOf(others)}</p>
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
