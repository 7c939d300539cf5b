import type { ReactNode } from "react";
import { say, words } from "../words";
import { formatClock } from "../words/format";
import { Notice } from "./Notice";
import { Wait } from "./Wait";

interface TroubleNoticeProps {
  trouble: Parameters<typeof say>[0];
  /** Seconds left of its wait, from useCountdown. */
  left: number;
  actions?: ReactNode;
}

/** A refusal in words, with its wait ticking away. When the wait is over, it says so and interrupts no more. */
export function TroubleNotice({ trouble, left, actions }: TroubleNoticeProps) {
  const { retryAfter } = trouble;
  if (retryAfter !== undefined && left === 0)
    return (
      <Notice key="over" kind="info" actions={actions}>
        <p>{words.common.waitOver}</p>
      </Notice>
    );
  return (
    <Notice key="trouble" kind="error" actions={actions}>
      <p>{say(trouble)}</p>
      {retryAfter !== undefined && (
        <Wait
          text={words.common.waitFor}
          total={words.common.seconds(retryAfter)}
          clock={formatClock(left)}
        />
      )}
    </Notice>
  );
}
