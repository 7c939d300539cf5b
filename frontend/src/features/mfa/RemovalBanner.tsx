import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  request,
  client,
  type MfaRemoval,
  type Receipt as ReceiptData,
  type RequestError,
} from "../../api/client";
import { mfaQuery, useAccount, useMfa, useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Receipt } from "../../ui/Receipt";
import { useCountdown } from "../../ui/Countdown";
import { dateTime, messageFor, duration, messages } from "../../i18n";
import { removalBanner as t } from "../../i18n/removalBanner";

type State =
  { at: "idle"; error?: RequestError } | { at: "cancelling" } | { at: "cancelled"; receipt: ReceiptData };

/** Warns of a pending removal of MFA, and cancels it. */
export function RemovalBanner() {
  const [state, setState] = useState<State>({ at: "idle" });
  const removal = useMfa().data?.removal;
  const account = useAccount().data;
  const cooldown = useService().data?.mfa_removal_pause;
  const queries = useQueryClient();
  const receipt = useRef<HTMLDivElement>(null);
  const error = state.at === "idle" ? state.error : undefined;
  const secondsLeft = useCountdown(error);

  useLayoutEffect(() => {
    // The button that had the focus was removed with the banner.
    if (state.at === "cancelled") receipt.current?.focus();
  }, [state]);

  async function cancel() {
    setState({ at: "cancelling" });
    const result = await request(client.DELETE("/api/v1/mfa/removal"));
    // The removal was cancelled elsewhere or completed, so the banner disappears.
    const notFound = !result.ok && result.error.code === "not_found";
    if (result.ok) setState({ at: "cancelled", receipt: result.data });
    else setState(notFound ? { at: "idle" } : { at: "idle", error: result.error });
    if (result.ok || notFound) await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
  }

  if (state.at === "cancelled")
    return (
      <Receipt
        change={state}
        done={t.done(duration(cooldown))}
        receipt={state.receipt}
        addresses={[account?.email, account?.notice_email]}
        noticeRef={receipt}
      />
    );
  if (!removal) return null;
  return (
    <Notice
      kind="error"
      title={t.title}
      actions={
        <Button
          kind="danger"
          small
          busy={state.at === "cancelling"}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
          onClick={() => void cancel()}
        >
          {t.cancel}
        </Button>
      }
    >
      <p>
        {t.requestedAt(dateTime(removal.requested_at))} {timeLeft(removal)}
      </p>
      <p>{t.advice}</p>
      {error && (
        <p>
          <strong key={error.code}>{messageFor(error)}</strong>
        </p>
      )}
    </Notice>
  );
}

function timeLeft({ remaining_seconds: seconds, stopped, ready }: MfaRemoval): string {
  if (ready) return t.ready;
  if (seconds === 0) return t.due;
  return stopped ? `${t.timeLeft(duration(seconds))} ${t.paused}` : t.timeLeft(duration(seconds));
}
