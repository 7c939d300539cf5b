import type { Ref } from "react";
import { tellReceipt } from "../words/receipt";
import { Notice } from "./Notice";

interface ReceiptProps {
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
export function Receipt({ done, receipt, addresses = [], codes = false, noticeRef }: ReceiptProps) {
  return (
    <Notice kind="success" {...(noticeRef && { noticeRef })}>
      <p>
        {done} {receipt && tellReceipt(receipt, { addresses, codes })}
      </p>
    </Notice>
  );
}
