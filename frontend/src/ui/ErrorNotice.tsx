import type { ComponentChildren } from "preact";
import { messageFor, messages, type RequestError } from "../i18n";
import { formatClock } from "../i18n/format";
import { Notice } from "./Notice";
import { ChangingText } from "./ChangingText";
import { Countdown } from "./Countdown";

interface ErrorNoticeProps {
  error: RequestError;
  /** Seconds until the next attempt is allowed, from useCountdown. */
  secondsLeft: number;
  actions?: ComponentChildren;
}

/** Shows the message of an error and its countdown. The countdown has its own line, so that nothing moves when it ends. */
export function ErrorNotice({ error, secondsLeft, actions }: ErrorNoticeProps) {
  const { retryAfter } = error;
  return (
    <Notice kind={retryAfter !== undefined && secondsLeft === 0 ? "info" : "error"} actions={actions}>
      <p>
        <ChangingText>{messageFor(error)}</ChangingText>
      </p>
      {retryAfter !== undefined &&
        (secondsLeft > 0 ? (
          <Countdown
            text={messages.common.retryIn}
            total={messages.common.seconds(retryAfter)}
            clock={formatClock(secondsLeft)}
          />
        ) : (
          <p className="countdown">{messages.common.retryNow}</p>
        ))}
    </Notice>
  );
}
