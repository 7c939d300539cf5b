import { messages } from "../i18n";
import { receiptText } from "../i18n/receipt";
import { Button } from "./Button";
import { DialogBody, DialogFoot } from "./Dialog";
import { CheckIcon } from "./icons";
import { TextWithAddresses } from "./TextWithAddresses";

interface ResultBodyProps {
  /** What was done, in one sentence. */
  done: string;
  /** The receipt that the server returned, if it did. */
  receipt?: Parameters<typeof receiptText>[0];
  /** The addresses of the account before the change. Notices went there. */
  addresses?: (string | undefined)[];
  /** The side effects, if they are not those of the receipt: for a change to another account. */
  details?: string;
  onClose: () => void;
}

/** The result of a change, inside the dialog that made it. The page behind the dialog does not change until it closes. */
export function ResultBody({ done, receipt, addresses = [], details, onClose }: ResultBodyProps) {
  const effects = details ?? (receipt && receiptText(receipt, { addresses }));
  return (
    <>
      <DialogBody>
        <div className="result" role="status">
          <span className="result__icon">
            <CheckIcon />
          </span>
          <p tabIndex={-1} data-autofocus>
            <TextWithAddresses text={done} />
          </p>
          {effects && (
            <p className="hint">
              <TextWithAddresses text={effects} />
            </p>
          )}
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
