import type { ReactNode } from "react";
import { say, messages } from "../i18n";
import { formatClock } from "../i18n/format";
import { Notice } from "./Notice";
import { Wait } from "./Wait";

interface TroubleNoticeProps {
  trouble: Parameters<typeof say>[0];
  /** Seconds left of its wait, from useCountdown. */
  left: number;
  actions?: ReactNode;
}

/** A refusal in words, with its wait ticking away in a line of its own, so that its end moves nothing. */
export function TroubleNotice({ trouble, left, actions }: TroubleNoticeProps) {
  const { retryAfter } = trouble;
  return (
    <Notice kind={retryAfter !== undefined && left === 0 ? "info" : "error"} actions={actions}>
      <p>{say(trouble)}</p>
      {retryAfter !== undefined &&
        (left > 0 ? (
          <Wait
            text={messages.common.retryIn}
            total={messages.common.seconds(retryAfter)}
            clock={formatClock(left)}
          />
        ) : (
          <p className="wait">{messages.common.retryNow}</p>
        ))}
    </Notice>
  );
}
