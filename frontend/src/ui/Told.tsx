import type { ReactNode } from "react";
import { messages } from "../i18n";
import { tellReceipt } from "../i18n/receipt";
import { Button } from "./Button";
import { DialogBody, DialogFoot } from "./Dialog";
import { CheckIcon } from "./icons";

interface ToldProps {
  /** What was done, in one sentence. */
  done: ReactNode;
  /** What the change answered, where it answers a receipt. */
  receipt?: Parameters<typeof tellReceipt>[0];
  /** The addresses of the account, as it was when the notices were sent. */
  addresses?: (string | undefined)[];
  /** What else came of it, where the change was not to one's own account. */
  came?: string;
  onClose: () => void;
}

/** How a change ends that was made in a dialog: told where the eyes are, and nothing behind it moves before it was read. */
export function Told({ done, receipt, addresses = [], came, onClose }: ToldProps) {
  const more = came ?? (receipt && tellReceipt(receipt, { addresses }));
  return (
    <>
      <DialogBody>
        <div className="done" role="status">
          <span className="done__sign">
            <CheckIcon />
          </span>
          <p tabIndex={-1} data-autofocus>
            {done}
          </p>
          {more && <p className="hint">{more}</p>}
        </div>
      </DialogBody>
      <DialogFoot>
        <Button kind="primary" onClick={onClose}>
          {messages.common.done}
        </Button>
      </DialogFoot>
    </>
  );
}
