import type { Receipt } from "../api/client";
import { messages } from "./index";

/** Keeps a line from ending after the dots. */
const joiner = "\u2060";

/** "a…@example.com": enough to know which address it is, and no more for whoever looks over a shoulder. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  const first = [...address][0] ?? "";
  return at < 1 ? `${first}…` : `${first}…${joiner}${address.slice(at)}`;
}

interface Tell {
  /** The addresses of the account, as it was when the notices were sent. */
  addresses: (string | undefined)[];
  /** Where the change was about recovery codes, or used one. */
  codes?: boolean;
}

/** What else a change did, in one calm line. Empty where there is nothing to tell. */
export function tellReceipt(receipt: Receipt, { addresses, codes = false }: Tell): string {
  const t = messages.receipt;
  const known = addresses.filter((address) => address !== undefined);
  // Which of several got it isn't told by the server; then none is named.
  const named = known.length === receipt.notices_sent ? known.map((address) => maskAddress(address)) : [];
  return [
    t.sessionsEnded(receipt.sessions_ended),
    receipt.notices_sent > 0 && t.noticeSent(named),
    codes && t.codesLeft(receipt.recovery_codes_left),
  ]
    .filter(Boolean)
    .join(" ");
}
