import type { Ref } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { receiptText } from "../i18n/receipt";
import { Notice } from "./Notice";
import { TextWithAddresses } from "./TextWithAddresses";

// The page shows the receipt of the last change only. An earlier one disappears.
let latestChange: object | undefined;
const listeners = new Set<() => void>();

/** Reports whether a receipt of a later change was shown. */
function useSuperseded(change: object): boolean {
  const [supersededChange, setSupersededChange] = useState<object>();
  useLayoutEffect(() => {
    latestChange = change;
    for (const listener of listeners) listener();
    const listener = () => {
      if (latestChange !== change) setSupersededChange(change);
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [change]);
  return supersededChange === change;
}

interface ReceiptProps {
  /** Identifies the change: each one is another object. */
  change: object;
  /** What was done, in one sentence. */
  done: string;
  /** The receipt that the server returned, if it did. */
  receipt?: Parameters<typeof receiptText>[0] | undefined;
  /** The addresses of the account before the change. Notices went there. */
  addresses?: (string | undefined)[];
  /** Whether to show how many recovery codes are left. */
  codes?: boolean;
  noticeRef?: Ref<HTMLDivElement>;
}

/** The line after a change: what was done, and its side effects. */
export function Receipt({ change, done, receipt, addresses = [], codes = false, noticeRef }: ReceiptProps) {
  if (useSuperseded(change)) return null;
  const text = [done, receipt && receiptText(receipt, { addresses, codes })].filter(Boolean).join(" ");
  return (
    <Notice kind="success" {...(noticeRef && { noticeRef })}>
      <p key={text}>
        <TextWithAddresses text={text} />
      </p>
    </Notice>
  );
}
