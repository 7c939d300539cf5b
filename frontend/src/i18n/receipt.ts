import type { Receipt } from "../api/client";
import { messages } from "./index";

/** WORD JOINER: prevents a line break after the ellipsis. */
const wordJoiner = "\u2060";

/** Masks an address as "a…@example.com", so that it can be recognized but not read over the user's shoulder. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  const first = [...address][0] ?? "";
  return at < 1 ? `${first}…` : `${first}…${wordJoiner}${address.slice(at)}`;
}

interface ReceiptTextOptions {
  /** The addresses of the account before the change. Notices went there. */
  addresses: (string | undefined)[];
  /** Whether to show how many recovery codes are left. */
  codes?: boolean;
}

/** Returns the side effects of a change as one line. It is empty if there are none. */
export function receiptText(receipt: Receipt, { addresses, codes = false }: ReceiptTextOptions): string {
  const t = messages.receipt;
  const known = addresses.filter((address) => address !== undefined);
  // The receipt only counts the notices. If not every address got one, no address is shown.
  const notified = known.length === receipt.notices_sent ? known.map((address) => maskAddress(address)) : [];
  return [
    t.sessionsEnded(receipt.sessions_ended),
    receipt.notices_sent > 0 && t.noticeSent(notified),
    codes && t.codesLeft(receipt.recovery_codes_left),
  ]
    .filter(Boolean)
    .join(" ");
}
