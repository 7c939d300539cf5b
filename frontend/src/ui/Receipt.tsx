import { useLayoutEffect, useState, type Ref } from "react";
import { tellReceipt } from "../i18n/receipt";
import { Notice } from "./Notice";

// The page tells of the last change only: the receipt before it goes.
let newest: object | undefined;
const shown = new Set<() => void>();

/** Whether another receipt was shown after the one of this change. */
function useReplaced(change: object): boolean {
  const [replaced, setReplaced] = useState<object>();
  useLayoutEffect(() => {
    newest = change;
    for (const look of shown) look();
    const look = () => {
      if (newest !== change) setReplaced(change);
    };
    shown.add(look);
    return () => void shown.delete(look);
  }, [change]);
  return replaced === change;
}

interface ReceiptProps {
  /** What came of the change, as an object of its own: a receipt is told once. */
  change: object;
  /** What was done, in one sentence. */
  done: string;
  /** What the change answered, where it answers a receipt. */
  receipt?: Parameters<typeof tellReceipt>[0] | undefined;
  /** The addresses of the account, as it was when the notices were sent. */
  addresses?: (string | undefined)[];
  /** Tell how many recovery codes are left. */
  codes?: boolean;
  noticeRef?: Ref<HTMLDivElement>;
}

/** The one calm line after a change: what was done, and what else came of it. */
export function Receipt({ change, done, receipt, addresses = [], codes = false, noticeRef }: ReceiptProps) {
  if (useReplaced(change)) return null;
  return (
    <Notice kind="success" {...(noticeRef && { noticeRef })}>
      <p>
        {done} {receipt && tellReceipt(receipt, { addresses, codes })}
      </p>
    </Notice>
  );
}
